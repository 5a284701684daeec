/** Files opened only if they are files: a pipe, a device or a folder in their place is refused, not waited for. */
import { constants } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"

/** Opens a file for reading. Rejects with a reason in words for a pipe, socket, device or folder. */
export const openRegular = async (path: string): Promise<FileHandle> => {
  // without O_NONBLOCK, a pipe that nobody writes to would hold a thread for ever
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const found = await file.stat()
  if (found.isFile()) return file
  await file.close()
  throw new Error(found.isDirectory() ? "it is a folder" : "it is a pipe or device; save what it gives as a file")
}
