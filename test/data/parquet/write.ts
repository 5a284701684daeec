/** Parquet files as `datasets` writes them: structs of pictures, lists, and what classes are called. */
import { parquetWriteBuffer } from "hyparquet-writer"

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>[number]

const leaf = (name: string, type: "BYTE_ARRAY" | "FLOAT" | "INT64", text = false): SchemaElement =>
  ({ name, type, repetition_type: "OPTIONAL", ...(text ? { converted_type: "UTF8" } : {}) })

const list = (name: string, item: ReadonlyArray<SchemaElement>): ReadonlyArray<SchemaElement> => [
  { name, num_children: 1, repetition_type: "OPTIONAL", converted_type: "LIST" },
  { name: "list", num_children: 1, repetition_type: "REPEATED" },
  ...item
]

const struct = (name: string, ...fields: ReadonlyArray<ReadonlyArray<SchemaElement>>): ReadonlyArray<SchemaElement> => [
  { name, num_children: fields.length, repetition_type: "OPTIONAL" },
  ...fields.flat()
]

const image = struct("image", [leaf("bytes", "BYTE_ARRAY")], [leaf("path", "BYTE_ARRAY", true)])

/** Columns by name: the schemas that tests use. */
const schemas: { readonly [column: string]: ReadonlyArray<SchemaElement> } = {
  image,
  answer: list("answer", [leaf("element", "BYTE_ARRAY", true)]),
  bbox: list("bbox", [leaf("element", "FLOAT")]),
  objects: struct(
    "objects",
    list("bbox", list("element", [leaf("element", "FLOAT")])),
    list("category", [leaf("element", "INT64")])
  ),
  problem: [leaf("problem", "BYTE_ARRAY", true)],
  solution: [leaf("solution", "BYTE_ARRAY", true)]
}

export interface Written {
  readonly rowGroupSize?: number
  readonly features?: object
}

/** The bytes of a file of rows; columns are those of the first. */
export const parquetOf = (rows: ReadonlyArray<Record<string, unknown>>, { features, rowGroupSize = 2 }: Written = {}): Buffer => {
  const names = Object.keys(rows[0]!)
  const schema = [{ name: "root", num_children: names.length }, ...names.flatMap((name) => schemas[name]!)]
  const buffer = parquetWriteBuffer({
    columnData: names.map((name) => ({ name, data: rows.map((row) => row[name]) })),
    schema,
    rowGroupSize,
    ...(features === undefined ? {} : { kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }] })
  })
  return Buffer.from(buffer)
}
