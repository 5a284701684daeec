/** Tables with other columns than those of their study, and the SQL that gives their numbers. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "../../../src/pipeline/declare/Metric.ts"
import { choose } from "../../../src/report/table/choose.ts"
import { sqlOf } from "../../../src/report/table/sql.ts"
import * as Table from "../../../src/report/table/Table.ts"
import * as Workspace from "../../../src/workspace/index.ts"
import { name } from "../../browser/database.ts"
import { written } from "../../server/ui/support.ts"

const table = (metrics: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { workspace } = yield* written
    const source = yield* Workspace.tableSource(workspace, name)
    return { workspace, table: Table.make(yield* choose(source, metrics)) }
  })

describe("chosen metrics", () => {
  it.effect("are the columns, in their order, with the published figures that belong to them", () =>
    Effect.gen(function*() {
      const { table: chosen } = yield* table(["loop/reward", "detection/recall@0.5", "detection/AP50", "loop/reward"])
      assert.deepStrictEqual(chosen.columns.map(({ title }) => title), ["loop/reward", "recall@0.5", "detection/AP50"])
      const row = chosen.rows.find(({ variant }) => variant === "AP50")!
      assert.deepStrictEqual(row.cells.map(({ published }) => published), [undefined, 58.05, undefined])
      assert.strictEqual(row.cells[2]!.measured!.mean, 53)
      const same = (yield* table([])).table
      assert.deepStrictEqual(same.columns.map(({ title }) => title), ["mAP", "recall@0.5"])
    }).pipe(Effect.scoped))

  it.effect("that nobody measured are named, with what comes near", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(table(["detection/mAPP"]))
      assert.include(message, "There is no metric \"detection/mAPP\". Did you mean \"detection/mAP\"")
    }).pipe(Effect.scoped))
})

interface Line {
  readonly [column: string]: string | number | null
}

describe("the SQL of a table", () => {
  for (const metrics of [[], ["loop/reward", "detection/AP50"]]) {
    it.effect(`gives its numbers (${metrics.join(", ") || "those of the study"})`, () =>
      Effect.gen(function*() {
        const { table: wanted, workspace } = yield* table(metrics)
        const { columns, rows } = yield* Workspace.sql(workspace, sqlOf(wanted))
        const lines = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])) as Line)
        const shown = wanted.rows.flatMap(({ cells, variant }) =>
          cells.flatMap(({ measured, toBaseline, toReference }, i) => measured === undefined ? [] : [{
            variant,
            metric: Metric.fullName(wanted.columns[i]!),
            n: measured.n,
            mean: measured.mean,
            sd: measured.sd,
            ci95: measured.ci95,
            to_baseline_n: toBaseline?.n ?? null,
            to_baseline_delta: toBaseline?.delta ?? null,
            to_baseline_ci95: toBaseline?.ci95 ?? null,
            to_baseline_separated: toBaseline === undefined ? null : Number(toBaseline.bare),
            to_reference_n: toReference?.n ?? null,
            to_reference_delta: toReference?.delta ?? null,
            to_reference_ci95: toReference?.ci95 ?? null,
            to_reference_separated: toReference === undefined ? null : Number(toReference.bare)
          }]))
        const inOrder = (all: ReadonlyArray<object>) => all.map((one) => JSON.stringify(one)).toSorted()
        assert.isAbove(shown.length, 5)
        assert.deepStrictEqual(inOrder(lines), inOrder(shown))
      }).pipe(Effect.scoped))
  }

  it.effect("holds names as they are, quotes and all", () =>
    Effect.gen(function*() {
      const { table: wanted, workspace } = yield* table([])
      const { rows } = yield* Workspace.sql(workspace, sqlOf({ ...wanted, experiment: "it's; DROP TABLE run; --" }))
      assert.deepStrictEqual(rows, [])
    }).pipe(Effect.scoped))
})
