import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { paired, estimate } from "../../../src/report/statistics.ts"
import * as Table from "../../../src/report/table/Table.ts"
import * as Workspace from "../../../src/workspace/index.ts"
import { withJournal, writeStudy } from "../../store/support.ts"

const values = { AP: [40.125, 41.5, 43.25], AP50: [39, 42.5, 41], base: [37, 37, 37] }

const seeds = (of: ReadonlyArray<number>) => new Map(of.map((value, seed) => [seed, value]))

const stages = (name: string, of: ReadonlyArray<number>, shared = false) =>
  of.map((value, seed) => ({ fingerprint: shared ? name : `${name}-${seed}`, metrics: [["mAP", value]] as const }))

describe("table of a database", () => {
  it.effect("says what the same statistics in TypeScript say", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "e", [
          { name: "AP", role: "baseline", stages: stages("AP", values.AP) },
          { name: "AP50", role: "variant", stages: stages("AP50", values.AP50) },
          { name: "base", role: "reference", stages: stages("base", values.base, true) }
        ])
        const table = Table.make(yield* Workspace.tableSource(Workspace.at(file), "e"))
        const cell = (variant: string) => table.rows.find((row) => row.variant === variant)!.cells.find(({ metric }) => metric === "detection/mAP")!
        const same = (got: number | null | undefined, wanted: number) =>
          assert.approximately(got!, wanted, 1e-4 * Math.abs(wanted))

        for (const variant of ["AP", "AP50"] as const) {
          const expected = estimate(values[variant])
          assert.strictEqual(cell(variant).measured!.n, expected.n)
          for (const key of ["mean", "sd", "ci95"] as const) same(cell(variant).measured![key], expected[key])
        }
        const difference = paired(seeds(values.AP50), seeds(values.AP))
        const shown = cell("AP50").toBaseline!
        assert.deepStrictEqual([shown.n, shown.wins, shown.bare], [
          difference.n,
          difference.wins,
          difference.separated
        ])
        same(shown.delta, difference.delta)
        same(shown.ci95, difference.ci95)
        const gain = paired(seeds(values.AP), seeds(values.base))
        assert.deepStrictEqual([cell("AP").toReference!.wins, cell("AP").toReference!.bare], [
          gain.wins,
          gain.separated
        ])
        same(cell("AP").toReference!.ci95, gain.ci95)
        assert.deepStrictEqual(
          [cell("base").measured!.n, cell("base").measured!.ci95],
          [1, null],
          "evaluated once for three seeds"
        )
      })
    ))

  it.effect("of an experiment that is not there names those that are", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "rewards", [])
        const error = yield* Effect.flip(Workspace.tableSource(Workspace.at(file), "reward"))
        assert.strictEqual(error._tag, "NotFound")
        assert.include(error.message, "rewards")
      })
    ))
})
