/** One name for a database file, by whatever link it is reached. */
import * as fs from "node:fs"

/** The file that a path leads to; the path itself where there is none yet. */
export const realFile = (file: string): string => {
  try {
    return fs.realpathSync(file)
  } catch {
    return file
  }
}
