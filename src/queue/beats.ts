/** Workers at a queue: that they live, and what becomes of those that do not. */
import * as Effect from "effect/Effect"
import { machine } from "../pipeline/machine.ts"
import * as Store from "../store/index.ts"
import { answerTime, type Queue } from "./queue.ts"

/** This process is a worker at the queue until the scope closes: says that it lives, and frees what silent ones had in hand. */
export const beAt = Effect.fnUntraced(function*({ patiently, sql }: Queue["Service"], id: string, lease: number) {
  const register = sql`INSERT INTO assay_worker ${sql.insert({ id, machine: machine(), pid: process.pid, beat: 0 })} ON CONFLICT DO NOTHING`
  const bury = (dead: ReadonlyArray<string>) =>
    dead.length === 0 ? Effect.void : sql.withTransaction(Effect.andThen(
      sql`DELETE FROM assay_claim WHERE ${sql.in("worker", dead)}`,
      sql`DELETE FROM assay_worker WHERE ${sql.in("id", dead)}`
    ))
  const watch = () => Store.deathWatch(machine(), undefined, undefined, lease * 1000)
  let dead = watch()
  const look = Effect.gen(function*() {
    const known = yield* sql`UPDATE assay_worker SET beat = beat + 1 WHERE id = ${id} RETURNING id`
    if (known.length === 0) yield* register
    yield* bury(dead(yield* sql<Store.Seen>`SELECT id, machine, pid, beat FROM assay_worker WHERE id <> ${id}`))
  })
  yield* Effect.acquireRelease(patiently(register), () => Effect.ignore(bury([id])))
  // while the queue is away nobody can be heard: what was silent then is not dead
  const careful = Effect.catchCause(Effect.timeout(look, answerTime), () => Effect.sync(() => void (dead = watch())))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(careful, Effect.sleep(Math.min(2000, lease * 100)))))
})
