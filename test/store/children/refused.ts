/** Prints why a database cannot be opened for writing, as a user who is not root: node refused.ts FILE */
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { openForWriting } from "../../../src/store/Database.ts"

// Loads the native part while the checkout is surely readable.
new Sqlite(":memory:").close()
if (process.getuid?.() === 0) process.setuid?.(65534)
const error = await Effect.runPromise(Effect.flip(Effect.scoped(openForWriting({ file: process.argv[2] ?? "" }))))
process.stdout.write(JSON.stringify({ reason: error.reason, message: error.message }))
