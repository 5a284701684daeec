/** Writes a generated data set: `node writer.ts FOLDER CONFIG`. */
import * as Effect from "effect/Effect"
import * as Data from "../../../src/data/index.ts"
import { Generated } from "../../../src/pipeline/run/services.ts"
import { spool } from "../../../src/testing.ts"

const [folder, config] = process.argv.slice(2) as [string, string]
await Effect.runPromise(Data.shapes(JSON.parse(config)).run(undefined).pipe(Effect.provideService(Generated, { folder }), Effect.provide(spool)))
