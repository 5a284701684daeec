/** Rows of anybody's SQL as text and as Parquet, read back. */
import { assert, describe, it } from "vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { asyncBufferFromFile, parquetReadObjects, parquetMetadataAsync, parquetSchema } from "hyparquet"
import { compressors } from "hyparquet-compressors"
import { csv, json, jsonl, markdown } from "../../src/report/rows.ts"
import { parquet } from "../../src/report/rowsParquet.ts"

const rows = {
  columns: ["n", "n", "text", "mixed", "real", "none", "blob"],
  rows: [
    [9007199254740993n, 1, "a|b\n<script>", 1, 0.5, null, new Uint8Array([0, 255])],
    [null, 2, "\u202e", "x", 1e300, null, null]
  ]
}

const none = { columns: ["a"], rows: [] }

/** Rows and types of what is written as Parquet. */
const readBack = async (given: typeof rows | typeof none) => {
  const folder = mkdtempSync(join(tmpdir(), "assay-rows-"))
  try {
    await parquet(join(folder, "rows.parquet"), given)
    const file = await asyncBufferFromFile(join(folder, "rows.parquet"))
    const { children } = parquetSchema(await parquetMetadataAsync(file))
    return {
      types: Object.fromEntries(children.map(({ element: { converted_type, name, type } }) => [name, converted_type ?? type])),
      rows: await parquetReadObjects({ file, compressors, utf8: false })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("rows as text", () => {
  it("are an object a line, in an array or not, every digit kept", () => {
    const lines = jsonl(rows).split("\n")
    assert.lengthOf(lines, 2)
    assert.include(lines[0], "\"n\": 9007199254740993, \"n:1\": 1,")
    assert.deepStrictEqual(JSON.parse(`[${lines.join(",")}]`), JSON.parse(json(rows)))
    assert.deepStrictEqual([json(none), jsonl(none), csv(none)], ["[]", "", "a"])
  })

  it("lose no column to another of its name, whatever it is called instead", () => {
    assert.deepStrictEqual(JSON.parse(json({ columns: ["a", "a", "a:1", "a"], rows: [[1, 2, 3, 4]] })), [{ a: 1, "a:2": 2, "a:1": 3, "a:3": 4 }])
  })

  it("are a table in Markdown that no value breaks", () => {
    const [head, sides, first, second] = markdown(rows).split("\n")
    assert.strictEqual(head, "| n | n | text | mixed | real | none | blob |")
    assert.strictEqual(sides, "| --: | --: | --- | --- | --: | --: | --- |")
    assert.strictEqual(first, "| 9007199254740993 | 1 | a\\|b\\\\x0a\\<script\\> | 1 | 0.5 |  | 00ff |")
    assert.strictEqual(second, "|  | 2 | \\\\u202e | x | 1e+300 |  |  |")
    assert.strictEqual(markdown(none), "| a |\n| --- |")
  })
})

describe("rows as Parquet", () => {
  it("have the type that all values of a column share, or are texts", async () => {
    const found = await readBack(rows)
    assert.deepStrictEqual(found.types, {
      n: "INT64",
      "n:1": "INT64",
      text: "UTF8",
      mixed: "UTF8",
      real: "DOUBLE",
      none: "UTF8",
      blob: "BYTE_ARRAY"
    })
    const missing = (row: object) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null]))
    assert.deepStrictEqual(found.rows.map(missing), [
      { n: 9007199254740993n, "n:1": 1n, text: "a|b\n<script>", mixed: "1", real: 0.5, none: null, blob: new Uint8Array([0, 255]) },
      { n: null, "n:1": 2n, text: "\u202e", mixed: "x", real: 1e300, none: null, blob: null }
    ])
  })

  it("may be none", async () => {
    assert.deepStrictEqual(await readBack(none), { types: { a: "UTF8" }, rows: [] })
  })
})
