/** Files opened only if they are files: a pipe, a device or a folder in their place is refused, not waited for. */
import { constants, type Stats } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"

/** How to open one: without O_NONBLOCK, a pipe that nobody writes to would hold a thread for ever. */
export const forReading = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Throws a reason in words for what is no file. */
export const requireFile = (found: Stats): void => {
  if (found.isFile()) return
  throw new Error(found.isDirectory() ? "it is a folder" : "it is a pipe or device; save what it gives as a file")
}

/** Opens a file for reading. Rejects with a reason in words for what is no file. */
export const openFile = async (path: string): Promise<FileHandle> => {
  const file = await open(path, forReading)
  try {
    requireFile(await file.stat())
    return file
  } catch (cause) {
    await file.close()
    throw cause
  }
}
