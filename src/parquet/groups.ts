/** Parquet files by the library, a row group at a time. Runs in a thread of its own: see `openParquet.ts`. */
import { open } from "node:fs/promises"
import type { AsyncBuffer, Compressors, FileMetaData } from "hyparquet"
import { openFile } from "../task/regularFile.ts"

const library = async () => {
  const [{ compressors }, hyparquet] = [await import("hyparquet-compressors"), await import("hyparquet")]
  // pyarrow compresses the nothing of an empty page to a byte, which the library takes for a fault
  const lz4: Compressors["LZ4_RAW"] = (input, length) => length === 0 ? new Uint8Array(0) : compressors.LZ4_RAW!(input, length)
  return { ...hyparquet, compressors: { ...compressors, LZ4_RAW: lz4 } }
}

/** The largest part of a file that is read at once: no row group of a data set is near it, and a broken file may ask for anything. */
const most = 2 ** 31

const part = async (path: string, from: number, to: number): Promise<ArrayBuffer> => {
  const length = to - from
  if (!(length >= 0 && length <= most)) throw new Error(`a part of ${length} bytes is asked for`)
  const file = await open(path)
  try {
    const bytes = new Uint8Array(length)
    const { bytesRead } = await file.read(bytes, 0, length, from)
    if (bytesRead !== length) throw new Error("it is cut short")
    return bytes.buffer
  } finally {
    await file.close()
  }
}

const bufferOf = async (path: string): Promise<AsyncBuffer> => {
  const file = await openFile(path)
  const { size } = await file.stat().finally(() => file.close())
  if (size < 12) throw new Error("it is too short")
  const inside = (at: number): number => Math.min(at, size)
  return { byteLength: size, slice: (from, to = size) => part(path, inside(from), inside(to)) }
}

/** What stands at the end of a file. */
export interface Footer {
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
  /** What of it is of use outside. */
  readonly says: {
    readonly columns: ReadonlyArray<string>
    /** Rows of each group. */
    readonly groups: ReadonlyArray<number>
    /** What Hugging Face's `datasets` writes about the columns, as JSON. */
    readonly features: string | undefined
  }
}

/** Reads the end of a file, which says what is in it. */
export const footerOf = async (path: string): Promise<Footer> => {
  const { parquetMetadataAsync, parquetSchema } = await library()
  const file = await bufferOf(path)
  const metadata = await parquetMetadataAsync(file, { geoparquet: false })
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows))
  if (groups.some((rows) => !Number.isSafeInteger(rows) || rows < 0 || rows > most)) throw new Error("its row groups have no sizes")
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name)
  return { file, metadata, says: { columns, groups, features: metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value } }
}

/** A row by its columns: texts as texts, bytes as bytes, whole numbers as numbers where they are exact. */
export type Cells = { readonly [column: string]: unknown }

const plain = (value: unknown): unknown => {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plain(held)]))
}

/** The rows of a group, of these columns. */
export const rowsOf = async ({ file, metadata, says: { groups } }: Footer, group: number, columns: ReadonlyArray<string>): Promise<ReadonlyArray<Cells>> => {
  const { compressors, parquetReadObjects } = await library()
  const rows = groups[group]!
  const rowStart = groups.slice(0, group).reduce((sum, some) => sum + some, 0)
  if (rows === 0) return []
  const how = { compressors, utf8: false, geoparquet: false } // texts say that they are, and pictures are none
  const found = await parquetReadObjects({ file, metadata, columns: [...columns], rowStart, rowEnd: rowStart + rows, ...how })
  if (found.length !== rows) throw new Error(`a group of ${rows} rows holds ${found.length}`)
  return found.map((row) => plain(row) as Cells)
}
