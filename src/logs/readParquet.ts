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

/**
 * Reads every column by itself, and throws where one is broken. The package starts all columns at once, and when it then finds fault with
 * the file, nobody hears of the others' failures but the process, which ends. Columns that were read once are not broken.
 */
const checkColumns = async (file: ArrayBuffer): Promise<void> => {
  const { parquetMetadata, parquetRead, parquetSchema } = await import("hyparquet")
  const metadata = parquetMetadata(file)
  const schema = parquetSchema(metadata)
  for (const { columns } of metadata.row_groups) {
    for (const { meta_data } of columns) {
      const path = meta_data?.path_in_schema ?? []
      const found = path.reduce<typeof schema | undefined>((at, name) => at?.children.find(({ element }) => element.name === name), schema)
      if (path.length === 0 || found === undefined) throw new Error(`it has no column ${path.join(".")}`)
    }
  }
  await parquetRead({ file, metadata })
}

/** The rows of a file. Throws `DataError`, naming the file. */
export const parquetRows = async (path: string): Promise<ReadonlyArray<{ readonly [column: string]: unknown }>> => {
  try {
    const file = await bytesOf(path)
    await checkColumns(file)
    const { parquetReadObjects } = await import("hyparquet")
    return await parquetReadObjects({ file })
  } catch (cause) {
    throw new DataError({ path, message: `${path} cannot be read as Parquet (${reasonOf(cause)}).`, cause })
  }
}
