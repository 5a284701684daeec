/** How the page finds a metric's samples, and how it says what they were rewarded with. */
import { assert, describe, it } from "vitest"
import { type Group, groupOfMetric } from "../../ui/src/views/samples/groups.ts"
import { lookOf, shownChange, shownValue } from "../../ui/src/views/samples/values.ts"

const group = (label: string, scope = ""): Group => ({ label, scope, kind: "evaluate", completions: 1, first: 0, last: 0, parts: [] })

describe("a metric's samples", () => {
  const groups = [group("loop"), group("loop", "val"), group("detection"), group("detection/small"), group("ood")]
  const of = (metric: string) => {
    const found = groupOfMetric(groups, metric)
    return found && [found.label, found.scope]
  }

  it("are those of its evaluation, also of one that is nested or is called as another one and more", () => {
    assert.deepStrictEqual(["detection/mAP", "ood/mAP", "val/mAP", "detection/small/mAP"].map(of),
      [["detection", ""], ["ood", ""], ["loop", "val"], ["detection/small", ""]])
  })

  it("are found where the metric itself has a slash, and not where only letters agree", () => {
    assert.deepStrictEqual(["loop/reward/ap", "looping/reward", "detection", ""].map(of), [["loop", ""], undefined, undefined, undefined])
  })
})

describe("values of rewards", () => {
  it("have three decimals, or where those say nothing three digits", () => {
    assert.deepStrictEqual([0.12345, 2, 0.0004, -0.00012345, 0, null, undefined].map(shownValue), ["0.123", "2", "0.0004", "-0.000123", "0", "not a number", ""])
  })

  it("differ by what little they differ, and not by what adding leaves over", () => {
    assert.deepStrictEqual([0.5, -0.25, 0.0004, -0.0004, 0.1 + 0.2 - 0.3, 0, null].map(shownChange), ["+0.5", "−0.25", "+0.0004", "−0.0004", "0", "0", ""])
    assert.deepStrictEqual([0.0004, -0.0004, 0.1 + 0.2 - 0.3, null].map(lookOf), ["number good", "number bad", "number", "number"])
  })
})
