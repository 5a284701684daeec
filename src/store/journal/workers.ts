/** The processes that run studies on a database: that they live, and what becomes of those that do not. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { machine } from "../../pipeline/machine.ts"
import { Fetching } from "../../pipeline/run/fetching.ts"
import type { JournalError } from "../../pipeline/run/journal.ts"
import type { Connection } from "./Connection.ts"
import { deathWatch, type Seen } from "./deathWatch.ts"

/** How often a process says that it lives and looks after the others, in milliseconds. */
const rhythm = 1000

const register = (connection: Connection, id: string) =>
  connection.write("register", (now) =>
    void connection.handle.sqlite.prepare("INSERT INTO worker (id, machine, pid, beat, started_at) VALUES (?, ?, ?, 0, ?)")
      .run(id, machine(), process.pid, now))

/** What the dead had in hand is free, and their runs no longer run. */
const free = (connection: Connection, dead: ReadonlyArray<string>) =>
  connection.write("bury", () => {
    const { sqlite } = connection.handle
    const stop = sqlite.prepare(`
      UPDATE run SET status = 'interrupted'
      WHERE status = 'running' AND id IN (SELECT CAST(substr(name, 5) AS INTEGER) FROM claim WHERE worker = ? AND name LIKE 'run %')`)
    const remove = sqlite.prepare("DELETE FROM worker WHERE id = ?")
    for (const id of dead) {
      stop.run(id)
      remove.run(id)
    }
  })

const bury = (connection: Connection, dead: ReadonlyArray<string>) =>
  dead.length === 0
    ? Effect.void
    : Effect.andThen(free(connection, dead), Effect.forEach(dead, connection.objects.sweepOf))

/** Says that this process lives, and buries those that do not. One that was buried itself is there again, with empty hands. */
const look = (connection: Connection, id: string, dead: (others: ReadonlyArray<Seen>) => ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { sqlite } = connection.handle
    const beat = sqlite.prepare("UPDATE worker SET beat = beat + 1 WHERE id = ?")
    const known = yield* connection.write("beat", () => beat.run(id).changes > 0)
    if (!known) yield* register(connection, id)
    const others = yield* connection.read("others", () =>
      sqlite.prepare("SELECT id, machine, pid, beat FROM worker WHERE id <> ?").all(id) as Array<Seen>)
    yield* bury(connection, dead(others))
  })

/** Says of those that are there already that the work is shared. */
const greet = (connection: Connection, id: string) =>
  Effect.gen(function*() {
    const { file, sqlite } = connection.handle
    const pids = yield* connection.read("others", () =>
      sqlite.prepare("SELECT pid FROM worker WHERE id <> ? ORDER BY started_at").pluck().all(id) as Array<number>)
    if (pids.length === 0) return
    const [who, verb] = pids.length === 1 ? [`Another process (${pids[0]})`, "runs"] : [`Other processes (${pids.join(", ")})`, "run"]
    const say = yield* Fetching
    say({ _tag: "Said", message: `${who} ${verb} studies on ${file}, too. The work is shared: each does what no other has in hand.` })
  })

/**
 * This process is one of them until the scope closes.
 *
 * @internal
 */
export const beAmong = (connection: Connection, id: string): Effect.Effect<void, JournalError, Scope.Scope> =>
  Effect.gen(function*() {
    yield* Effect.acquireRelease(register(connection, id), () => Effect.ignore(bury(connection, [id])))
    yield* greet(connection, id)
    const looks = Effect.ignore(look(connection, id, deathWatch(machine()))) // a full disk stops the work, not the watch
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(looks, Effect.sleep(rhythm))))
  })
