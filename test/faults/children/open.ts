/** Opens a database for writing, which brings its schema up to date: node open.ts DATABASE. Says when it begins, and when it is open. */
import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Store from "../../../src/store/index.ts"

const file = process.argv[2] ?? ""
writeSync(1, "begins\n")
await Effect.runPromise(Effect.scoped(Effect.provide(Effect.void, Store.layer({ file, objects: `${file}.objects` }))))
writeSync(1, "open\n")
