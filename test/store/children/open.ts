/** Opens a runs.db at an agreed instant, to race others: node open.ts FILE MILLIS */
import * as Effect from "effect/Effect"
import { openForWriting } from "../../../src/store/Database.ts"

const [file = "", instant = "0"] = process.argv.slice(2)
while (Date.now() < Number(instant)) {
  // Spinning, since a timer would wake up late.
}
await Effect.runPromise(Effect.scoped(openForWriting({ file })))
