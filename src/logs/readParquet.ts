/** Rows of a Parquet file, as plain objects. */
import { reasonOf } from "../pipeline/reason.ts"
import { DataError } from "../task/dataError.ts"
import { openFile } from "../task/regularFile.ts"

/** Bytes of a file of which anybody would want the rows at once. */
const most = 2 ** 31

const bytesOf = async (path: string): Promise<ArrayBuffer> => {
  const file = await openFile(path)
  try {
    const { size } = await file.stat()
    if (size > most) throw new Error(`it has ${size} bytes, and is read whole`)
    const bytes = new Uint8Array(size)
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, size - at, at)
      if (bytesRead === 0) throw new Error("it was cut off while it was read")
      at += bytesRead
    }
    return bytes.buffer
  } finally {
    await file.close()
  }
}

/** The rows of a file, or of some of its columns. Throws `DataError`, naming the file. */
export const parquetRows = async (path: string, columns?: ReadonlyArray<string>): Promise<ReadonlyArray<{ readonly [column: string]: unknown }>> => {
  try {
    const { parquetReadObjects } = await import("hyparquet")
    return await parquetReadObjects({ file: await bytesOf(path), ...(columns === undefined ? {} : { columns: [...columns] }) })
  } catch (cause) {
    throw new DataError({ path, message: `${path} cannot be read as Parquet (${reasonOf(cause)}).`, cause })
  }
}
