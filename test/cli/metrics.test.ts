/** `assay metrics` on a small study: files of the same numbers as the database. */
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
