/** Claims in runs.db, for the processes that run studies on it. */
import * as Effect from "effect/Effect"
import * as Claims from "../../pipeline/run/Claims.ts"
import type { Connection } from "./Connection.ts"

/** How often one looks whether a claim of another process is free by now, in milliseconds. */
const pause = 200

/** Claims of a process that is registered as `worker`. Within it, fibers wait for each other without the database. */
export const claimMethods = (connection: Connection, worker: string): Claims.Claims["Service"] => {
  const { sqlite } = connection.handle
  const insert = sqlite.prepare(`
    INSERT INTO claim (name, worker, claimed_at) SELECT ?, id, ? FROM worker WHERE id = ? ON CONFLICT DO NOTHING`)
  const remove = sqlite.prepare("DELETE FROM claim WHERE name = ? AND worker = ?")
  const find = sqlite.prepare("SELECT worker FROM claim WHERE name = ?").pluck()
  return Claims.on({
    isFree: (name) => connection.read("claim", () => find.get(name) === undefined),
    take: (name) => connection.write("claim", (now) => insert.run(name, now, worker).changes > 0),
    release: (name) => Effect.ignore(connection.write("release", () => void remove.run(name, worker))),
    holds: (name) => connection.read("holds", () => find.get(name) === worker)
  }, pause)
}
