import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Threshold, thresholdAt } from "../../src/task/threshold.ts"

const stages = [{ from: 0, value: 0.85 }, { from: 0.1, value: 0.95 }, { from: 0.25, value: 0.99 }] as const

describe("a threshold", () => {
  it("that is a number is that number at every step", () => {
    for (const training of [undefined, { step: 0, steps: 10 }, { step: 9, steps: 10 }]) {
      assert.strictEqual(thresholdAt(0.5, training), 0.5)
    }
  })

  it("in stages goes by the share of the steps that are done", () => {
    const at = Array.from({ length: 20 }, (_, step) => thresholdAt(stages, { step, steps: 20 }))
    assert.deepStrictEqual(at, [0.85, 0.85, 0.95, 0.95, 0.95, ...new Array<number>(15).fill(0.99)])
  })

  it("outside of training is what it comes to at the end", () => {
    assert.strictEqual(thresholdAt(stages, undefined), 0.99)
  })

  it("takes its stages in any order, and its first before the first begins", () => {
    const late = [{ from: 0.9, value: 0.9 }, { from: 0.5, value: 0.6 }] as const
    assert.deepStrictEqual([0, 5, 9].map((step) => thresholdAt(late, { step, steps: 10 })), [0.6, 0.6, 0.9])
  })

  it("is refused outside of [0, 1], and without any stage", () => {
    for (const wrong of [1.5, -0.1, [], [{ from: 0, value: 2 }], [{ from: -1, value: 0.5 }]]) {
      assert.throws(() => Schema.decodeUnknownSync(Threshold)(wrong), undefined, undefined, JSON.stringify(wrong))
    }
  })
})
