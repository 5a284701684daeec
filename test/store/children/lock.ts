/** Takes the lock of a database and holds it until it is killed: node lock.ts FILE */
import * as Effect from "effect/Effect"
import * as Store from "../../../src/store/index.ts"

await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
  yield* Store.lock(process.argv[2] ?? "")
  process.stdout.write("locked\n")
  yield* Effect.sleep("1 hour")
})))
