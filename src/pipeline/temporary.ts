/** Where a user's commands keep what they can always make again. */
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A folder below the system's temporary one, which clears it in time. It may not be there yet. */
export const temporaryOfUser = join(tmpdir(), `assay-${process.getuid?.() ?? "user"}`)
