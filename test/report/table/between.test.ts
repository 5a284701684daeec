import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { between } from "../../../src/report/table/between.ts"
import { differenceOf } from "../../../src/report/table/differences.ts"
import * as Workspace from "../../../src/workspace/index.ts"
import { type Values, withJournal, writeStudy } from "../../store/support.ts"

const stages = (name: string, values: ReadonlyArray<number>, more: Values = []) =>
  values.map((value, seed) => ({ fingerprint: `${name}-${seed}`, metrics: [["mAP", value], ...more] as const }))

const shared = (name: string, value: number) => [0, 1, 2].map(() => ({ fingerprint: name, metrics: [["mAP", value]] as const }))

/** Two rows and a baseline by seed, and two models that were evaluated once. */
const withStudy = (body: (workspace: Workspace.Workspace) => Effect.Effect<void, unknown>) =>
  withJournal((journal, { file }) =>
    Effect.gen(function*() {
      yield* writeStudy(journal, "e", [
        { name: "AP", role: "baseline", stages: stages("AP", [40, 41.5, 43.25], [["recall", 50]]) },
        { name: "AP50", role: "variant", stages: stages("AP50", [39, 42.5, 41]) },
        { name: "cosine", role: "variant", stages: stages("cosine", [44, 45, 45.5]) },
        { name: "base", role: "reference", stages: shared("base", 37) },
        { name: "large base", role: "reference", stages: shared("large base", 39) }
      ])
      yield* body(Workspace.at(file))
    }))

const mAP = (row: string) => ({ row, metric: "detection/mAP" })

describe("a difference between any two rows", () => {
  it.effect("is that of the views, where they have it", () =>
    withStudy((workspace) =>
      Effect.gen(function*() {
        const finals = yield* Workspace.finals(workspace, "e")
        const { gain, paired } = yield* Workspace.tableSource(workspace, "e")
        for (const [rows, other] of [[paired, "AP"], [gain, "base"]] as const) {
          for (const row of rows.filter(({ name }) => name === "mAP")) {
            const found = between(finals, mAP(row.variant), mAP(other), 1)!
            const { ci95, sd, ...stored } = differenceOf(row, 1)!
            assert.deepInclude(found, { n: stored.n, delta: stored.delta, wins: stored.wins, bare: stored.bare })
            if (sd !== null) assert.closeTo(found.sd!, sd, 1e-12)
            if (ci95 !== null) assert.closeTo(found.ci95!, ci95, 1e-3)
          }
        }
      })))

  it.effect("is there for two that the views do not compare, in either direction", () =>
    withStudy((workspace) =>
      Effect.gen(function*() {
        const finals = yield* Workspace.finals(workspace, "e")
        const found = between(finals, mAP("cosine"), mAP("AP50"), 1)!
        assert.deepInclude(found, { n: 3, delta: 4, wins: 3 })
        assert.strictEqual(between(finals, mAP("AP50"), mAP("cosine"), 1)!.delta, -4)
      })))

  it.effect("counts what all seeds share as one pair, without an interval", () =>
    withStudy((workspace) =>
      Effect.gen(function*() {
        const finals = yield* Workspace.finals(workspace, "e")
        const found = between(finals, mAP("large base"), mAP("base"), 1)
        assert.deepInclude(found, { n: 1, delta: 2, ci95: null, bare: false })
      })))

  it.effect("is between two metrics of one row, and undefined where one was not measured", () =>
    withStudy((workspace) =>
      Effect.gen(function*() {
        const finals = yield* Workspace.finals(workspace, "e")
        const recall = (row: string) => ({ row, metric: "detection/recall" })
        assert.deepInclude(between(finals, recall("AP"), mAP("AP"), 1), { n: 3, wins: 3 })
        assert.isUndefined(between(finals, recall("AP50"), mAP("AP"), 1))
      })))
})
