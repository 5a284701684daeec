/**
 * Prints why a user who is not root cannot open a database for writing, or take its lock, or keep an artifact in a folder:
 * node refused.ts open|lock|put PATH
 */
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { openForWriting } from "../../../src/store/Database.ts"
import * as Objects from "../../../src/store/Objects.ts"
import { acquire } from "../../../src/store/runLock.ts"

// Loads the native part while the checkout is surely readable.
new Sqlite(":memory:").close()
if (process.getuid?.() === 0) process.setuid?.(65534)
const [what = "", file = ""] = process.argv.slice(2)
const asked = what === "open" ? openForWriting({ file }) : what === "lock" ? acquire(file) : Objects.make(file, "runs.db").temporary
const { everybodys, message, reason } = await Effect.runPromise(Effect.flip(Effect.scoped(Effect.asVoid(asked))))
process.stdout.write(JSON.stringify({ everybodys, message, reason }))
