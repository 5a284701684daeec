/** Takes the lock, starts a run, and is killed in the middle of writing an artifact: node half.ts FOLDER */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { Artifacts } from "../../../src/pipeline/run/artifacts.ts"
import * as Store from "../../../src/store/index.ts"
import { beginRun, filesIn, opened } from "../support.ts"

const files = filesIn(process.argv[2] ?? "")
const program = Effect.gen(function*() {
  yield* beginRun(yield* opened, "killed")
  yield* (yield* Artifacts).put("text/plain", (path) =>
    Effect.gen(function*() {
      fs.writeFileSync(path, "half of the wei")
      process.stdout.write("half\n")
      yield* Effect.sleep("1 hour")
    }))
})
await Effect.runPromise(Effect.scoped(Effect.andThen(
  Store.lock(files.file),
  Effect.provide(program, Store.layer({ ...files, alone: true }))
)))
