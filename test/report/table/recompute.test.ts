import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { compareTable } from "../../../src/report/table/recompute.ts"
import { estimate } from "../../../src/report/statistics.ts"
import type { Final } from "../../../src/store/index.ts"
import type { Source } from "../../../src/report/table/Table.ts"
import * as Workspace from "../../../src/workspace/index.ts"
import { withJournal, writeStudy } from "../../store/support.ts"

type Values = { readonly [Row in "AP" | "AP50" | "base"]: ReadonlyArray<number> }

const values: Values = { AP: [40.125, 41.5, 43.25], AP50: [39, 42.5, 41], base: [37, 37, 37] }

const stages = (name: string, of: ReadonlyArray<number>, shared = false) =>
  of.map((value, seed) => ({ fingerprint: shared ? name : `${name}-${seed}`, metrics: [["mAP", value]] as const }))

/** The last values of the study below, as a verification finds them. */
const finals = (change: (final: Final) => Final = (final) => final, found: Values = values): ReadonlyArray<Final> =>
  ([["AP", "baseline"], ["AP50", "variant"], ["base", "reference"]] as const).flatMap(([variant, role], place) =>
    found[variant].map((value, seed) =>
      change({ variant, role, seed, scope: "detection", name: "mAP", stage: variant === "base" ? 99 : 10 * place + seed, value }))
  )

const compared = (source: Source, of: ReadonlyArray<Final>) => {
  const tally = Workspace.tally()
  compareTable(source, of, tally)
  return tally.result()
}

const withSource = (body: (source: Source) => void, of: Values = values) =>
  withJournal((journal, { file }) =>
    Effect.gen(function*() {
      yield* writeStudy(journal, "e", [
        { name: "AP", role: "baseline", stages: stages("AP", of.AP) },
        { name: "AP50", role: "variant", stages: stages("AP50", of.AP50) },
        { name: "base", role: "reference", stages: stages("base", of.base, true) }
      ])
      body(yield* Workspace.tableSource(Workspace.at(file), "e"))
    })
  )

describe("a table computed again", () => {
  it.effect("has the numbers of the database's views, from the values of its runs", () =>
    withSource((source) => {
      const { compared: numbers, differing, left } = compared(source, finals())
      assert.deepStrictEqual([differing, left], [0, []])
      // three rows, two that are compared with the baseline (the base model, too) and two with the base model; four numbers each
      assert.strictEqual(numbers, 4 * (3 + 2 + 2))
    }))

  it.effect("has the spread of values that are all the same, which one of the two rounds to 0 and the other does not", () => {
    const same: Values = { AP: Array(6).fill(0.802), AP50: [0.1, 0.2, 0.3, 0.1, 0.2, 0.3].map((more) => 0.802 + more), base: Array(6).fill(0.7) }
    return withSource((source) => {
      assert.deepStrictEqual(source.ablation.find(({ variant }) => variant === "AP")!.sd, 0)
      assert.isAbove(estimate(same.AP).sd, 0)
      assert.deepStrictEqual(compared(source, finals((final) => final, same)).mismatches, [])
      const changed = finals((final) => final.variant === "AP" && final.seed === 1 ? { ...final, value: 0.802 + 1e-9 } : final, same)
      assert.include(compared(source, changed).mismatches.map(({ place }) => place), "table, AP, detection/mAP, sd")
    }, same)
  })

  it.effect("differs where a value does", () =>
    withSource((source) => {
      const changed = finals((final) => final.variant === "AP50" && final.seed === 1 ? { ...final, value: 42.6 } : final)
      const { differing, mismatches } = compared(source, changed)
      assert.isAbove(differing, 0)
      assert.match(mismatches[0]!.place, /^table, AP50, detection\/mAP, mean$/)
    }))

  it.effect("leaves rows of which a value is not known", () =>
    withSource((source) => {
      const unknown = finals((final) => final.variant === "base" ? { ...final, value: undefined } : final)
      const { compared: numbers, differing, left } = compared(source, unknown)
      assert.deepStrictEqual([numbers, differing], [4 * (2 + 1), 0])
      assert.strictEqual(left.reduce((sum, { numbers }) => sum + numbers, 0), 4 * (1 + 1 + 2))
    }))
})

describe("a tally", () => {
  it("takes numbers for equal to nine digits, and what is not finite for null", () => {
    const tally = Workspace.tally()
    tally.compare(() => "a", 0.1 + 0.2, 0.3)
    tally.compare(() => "b", null, NaN)
    tally.compare(() => "c", 1, 1.00000001)
    tally.compare(() => "d", null, undefined)
    tally.compare(() => "e", 0, 1e-300)
    assert.deepStrictEqual(tally.result().mismatches.map(({ place }) => place), ["c", "e"])
  })
})
