/** The room of what was deleted, given back to the disk. */
import type { Database } from "better-sqlite3"

/** Outside of any transaction. It takes room on the disk, so it may fail: the file then stays as large as it is, and new rows fill it. */
export const shrink = (db: Database): void => {
  try {
    db.exec("VACUUM")
  } catch { /* said above */ }
}
