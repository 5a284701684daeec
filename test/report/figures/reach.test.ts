import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { beyond, reach } from "../../../src/report/figures/reach.ts"

describe("the reach of an axis", () => {
  it("takes in published figures that lie as near as it is wide, and leaves out others", () => {
    assert.deepStrictEqual(reach([10, 20], [25, 5]), [5, 25])
    assert.deepStrictEqual(reach([10, 20], [31, -1]), [10, 20])
    assert.deepStrictEqual(reach([10], [19, 21]), [10, 19])
    assert.deepStrictEqual(reach([], [3, 1]), [1, 3])
    assert.isUndefined(reach([], []))
  })

  const Numbers = Schema.NonEmptyArray(Schema.Finite.check(Schema.isBetween({ minimum: -1e6, maximum: 1e6 })))

  it.prop("holds all that was measured, and is at most three times as wide", [Numbers, Numbers], ([measured, published]) => {
    const [low, high] = reach(measured, published)!
    const width = Math.max(...measured) - Math.min(...measured)
    assert.isTrue(measured.every((value) => beyond(value, [low, high]) === undefined))
    if (width > 0) assert.isAtMost(high - low, 3 * width * (1 + 1e-9))
  })

  it("says on which side a number lies beyond it", () => {
    assert.deepStrictEqual([0, 1, 2, 3].map((value) => beyond(value, [1, 2])), ["left", undefined, undefined, "right"])
  })
})
