/** `assay metrics` on a small study: files of the same numbers as the database. */
import { spawnSync } from "node:child_process"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet"
import * as Store from "../../src/store/index.ts"
import { reading } from "../store/support.ts"
import { assay, putFinished, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const metrics = (...args: ReadonlyArray<string>) => assay(folder, "metrics", "tastes", ...args)

/** What `docs/how-to/export.md` reads such files with; set where they are installed. */
const python = process.env["ASSAY_DOCS_PYTHON"]

/** Rows of variant, seed, metric, step and value, as each tool has them, in one process: they take long to load. */
const readers = `
import json, pathlib
import duckdb, pandas as pd
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

columns = ["variant", "seed", "metric", "step", "value"]
plain = lambda frame: [[v.item() if hasattr(v, "item") else v for v in row] for row in frame[columns].itertuples(index=False)]
events = []
for file in sorted(pathlib.Path("read").glob("*/seed-*")):
    run = EventAccumulator(str(file), size_guidance={"scalars": 0})
    run.Reload()
    events += [[file.parent.name, int(file.name[5:]), tag, e.step, e.value] for tag in run.Tags()["scalars"] for e in run.Scalars(tag)]
asked = lambda file: [list(row) for row in duckdb.sql(f"SELECT variant, seed, metric, step, value FROM '{file}'").fetchall()]
print(json.dumps({
    "tensorboard": events,
    "pandas csv": plain(pd.read_csv("read.csv", float_precision="round_trip")),
    "pandas parquet": plain(pd.read_parquet("read.parquet")),
    "duckdb csv": asked("read.csv"),
    "duckdb parquet": asked("read.parquet"),
}))
`

describe("assay metrics", () => {
  let stored: ReadonlyArray<ReadonlyArray<unknown>>
  beforeAll(async () => {
    await putFinished(folder)
    const query = "SELECT variant, seed, metric, step, value FROM learning_curve WHERE experiment = 'tastes' ORDER BY ordinal, seed, position, metric, step"
    stored = (await Effect.runPromise(reading(join(folder, "runs.db"), (db) => Store.sql(db, query)))).rows
    assert.isAbove(stored.length, 40)
  })

  it("writes a row a value, with a column for each axis, as CSV and as Parquet", async () => {
    assert.strictEqual((await metrics("--to", "csv", "--out", "out/metrics.csv")).err, `out/metrics.csv holds ${stored.length} values of 6 runs.\n`)
    const [head, ...lines] = readFileSync(join(folder, "out/metrics.csv"), "utf8").trimEnd().split("\n")
    assert.strictEqual(head, "experiment,run,variant,cell.taste,seed,status,stage,metric,step,value,unit,better")
    const fields = lines.map((line) => line.split(","))
    assert.deepStrictEqual(fields.map(([, , variant, , seed, , , metric, step, value]) => [variant, Number(seed), metric, Number(step), Number(value)]), stored)
    assert.deepStrictEqual(new Set(fields.map(([, , variant, taste]) => `${variant} ${taste}`)), new Set(["untrained ", "low low", "high high"]))

    assert.strictEqual((await metrics("--to", "parquet", "--out", "out/metrics.parquet")).code, 0)
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, "out/metrics.parquet")) })
    assert.deepStrictEqual(rows.map(({ metric, seed, step, value, variant }) => [variant, Number(seed), metric, Number(step), value]), stored)
  })

  it("writes a folder a run for TensorBoard, and the same again", async () => {
    for (const _ of [1, 2]) assert.strictEqual((await metrics("--to", "tensorboard", "--out", "board")).code, 0)
    assert.sameMembers(
      globSync("**/events*", { cwd: join(folder, "board") }),
      ["untrained", "low", "high"].flatMap((variant) => [0, 1].map((seed) => `${variant}/seed-${seed}/events.out.tfevents.assay`))
    )
  })

  it.skipIf(python === undefined)("writes what TensorBoard, pandas and DuckDB read back number by number (wants ASSAY_DOCS_PYTHON)", async () => {
    for (const [to, out] of [["tensorboard", "read"], ["csv", "read.csv"], ["parquet", "read.parquet"]] as const) {
      assert.strictEqual((await metrics("--to", to, "--out", out)).code, 0)
    }
    const { status, stderr, stdout } = spawnSync(python!, ["-c", readers], { cwd: folder, encoding: "utf8" })
    assert.strictEqual(status, 0, stderr)
    const { tensorboard, ...tables } = JSON.parse(stdout) as { readonly [tool: string]: ReadonlyArray<ReadonlyArray<unknown>> }
    for (const [tool, rows] of Object.entries(tables)) assert.deepStrictEqual(rows, stored, tool)
    // 32 bits of a number, in the order of folders and tags
    const inBoard = (row: ReadonlyArray<unknown>) => JSON.stringify([...row.slice(0, -1), Math.fround(Number(row.at(-1)))])
    assert.sameMembers(tensorboard!.map(inBoard), stored.map(inBoard))
  })

  it("says what is not there, and where it cannot write", async () => {
    const unknown = await assay(folder, "metrics", "taste", "--to", "csv", "--out", "x.csv")
    assert.strictEqual(unknown.code, 2)
    assert.match(unknown.err, /no experiment "taste"[^]*tastes/)
    writeFileSync(join(folder, "file"), "")
    for (const to of ["csv", "parquet", "tensorboard"]) {
      const { code, err } = await metrics("--to", to, "--out", "file/below")
      assert.strictEqual(code, 3)
      assert.match(err, /file\/below cannot be written \(.*\)\. Name another with --out\./)
    }
  })
})
