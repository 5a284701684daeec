/** Prints whether a user who is not root, and may not write the lock, sees that a database is written to: node seesHeld.ts DATABASE */
import Sqlite from "better-sqlite3"
import { isHeld } from "../../../src/store/runLock.ts"

// Loads the native part while the checkout is surely readable.
new Sqlite(":memory:").close()
if (process.getuid?.() === 0) process.setuid?.(65534)
process.stdout.write(String(isHeld(process.argv[2] ?? "")))
