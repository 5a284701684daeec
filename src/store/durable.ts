/** What is on the disk for good. */
import * as fs from "node:fs"

/** Puts a file's content, or a folder's list of names, on the disk. */
export const sync = (path: string): void => {
  const descriptor = fs.openSync(path, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}
