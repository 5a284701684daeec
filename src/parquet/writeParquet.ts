/** Parquet files, written by the library: columns of texts, whole numbers, other numbers and bytes, any of which may be missing. */

const types = { text: "STRING", integer: "INT64", real: "DOUBLE", bytes: "BYTE_ARRAY" } as const

export interface Column {
  readonly name: string
  readonly type: keyof typeof types
}

/** Values of one column, in the order of the rows; whole numbers within 64 bits. */
export type Values = ReadonlyArray<string | number | bigint | Uint8Array | null>

/** Rows of a group at most. */
const most = 100_000

/**
 * Begins a file. Rows are added column by column, in the order of `columns`; it can be read once it has ended. Rejects as Node's file
 * system does.
 */
export const writeParquet = async (path: string, columns: ReadonlyArray<Column>) => {
  const { fileWriter, ParquetWriter, schemaFromColumnData } = await import("hyparquet-writer")
  const columnData = (values: ReadonlyArray<Values>) =>
    columns.map(({ name, type }, i) => ({
      name,
      type: types[type],
      data: (values[i] ?? []).map((value) => value === null || type !== "integer" ? value : BigInt(value as number | bigint))
    }))
  const writer = new ParquetWriter({ writer: fileWriter(path), schema: schemaFromColumnData({ columnData: columnData([]) }), createdBy: "assay" })
  return {
    add: async (values: ReadonlyArray<Values>): Promise<void> => {
      await writer.write({ columnData: columnData(values), rowGroupSize: most })
    },
    end: async (): Promise<void> => {
      await writer.finish()
    }
  }
}
