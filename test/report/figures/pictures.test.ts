import { assert, describe, it } from "@effect/vitest"
import { compared, folderName } from "../../../src/report/figures/pictures.ts"
import * as Table from "../../../src/report/table/Table.ts"
import { measured, source } from "../table/support.ts"

describe("rows whose answers are compared", () => {
  const without = { ...source, variants: source.variants.filter(({ role }) => role !== "reference") }

  it("are the base model and the best of the study", () => {
    assert.deepStrictEqual(compared(Table.make(source)), ["base model", "weighted_sum, cosine"])
  })

  it("are the baseline and the best other one where there is no base model", () => {
    assert.deepStrictEqual(compared(Table.make(without)), ["AP", "weighted_sum, cosine"])
    const ablation = [measured("AP", "mAP", 50, 1), measured("weighted_sum, cosine", "mAP", 40, 1)]
    assert.deepStrictEqual(compared(Table.make({ ...without, ablation })), ["AP", "weighted_sum, cosine"], "though it is behind")
  })

  it("are those that were measured", () => {
    assert.deepStrictEqual(compared(Table.make({ ...without, ablation: [] })), ["AP"])
    assert.deepStrictEqual(compared(Table.make({ ...source, variants: [] })), [])
  })
})

describe("a name as a folder", () => {
  it("leads nowhere else, whatever it is", () => {
    for (const name of ["../../x", "/etc", "a/../../b", "..", ".", "", "a\u0000b", "C:\\x"]) {
      assert.match(folderName(`run1-${name}-0`), /^[\w.-]+$/)
      assert.match(folderName(name), /^(?!\.)[\w.-]*$/)
    }
    assert.strictEqual(folderName("reward-comparison@quick loop.steps=2"), "reward-comparison@quick_loop.steps=2")
  })
})
