import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../../src/pipeline/Random.ts"
import { optimal } from "../../../src/task/detection/optimalMatching.ts"

const of = (worths: ReadonlyArray<ReadonlyArray<number>>, truths = worths[0]?.length ?? 0) =>
  optimal(worths.length, truths, (p, t) => worths[p]![t]!)

const total = (pairs: ReturnType<typeof optimal>) => pairs.reduce((sum, { worth }) => sum + worth, 0)

/** The most there is, by trying everything. */
const most = (worths: ReadonlyArray<ReadonlyArray<number>>, taken = 0): number => {
  const [first, ...rest] = worths
  if (first === undefined) return 0
  return first.reduce((best, worth, t) =>
    (taken >> t) % 2 === 1 ? best : Math.max(best, worth + most(rest, taken | (1 << t))), most(rest, taken))
}

describe("optimal matching", () => {
  it("gives up the best pair where two others are worth more", () => {
    assert.deepStrictEqual(of([[0.9, 0.8], [0.7, 0]]), [
      { predicted: 0, truth: 1, worth: 0.8 },
      { predicted: 1, truth: 0, worth: 0.7 }
    ])
  })

  it("leaves out what is worth nothing, and takes none of nothing", () => {
    assert.deepStrictEqual(of([[0, 0], [0, 0.4]]), [{ predicted: 1, truth: 1, worth: 0.4 }])
    assert.deepStrictEqual(of([]), [])
    assert.deepStrictEqual(of([[], []], 0), [])
  })

  it("is worth as much as the best of all matchings, and no box is in it twice", () => {
    for (let round = 0; round < 500; round++) {
      const next = Random.stream(Random.fold(Random.key(5), round))
      const [predictions, truths] = [Math.floor(next() * 7), Math.floor(next() * 6)]
      // Few distinct values in every second round, so that ties and nothings are common.
      const value = () => round % 2 === 0 ? next() : Math.floor(next() * 4) / 4
      const worths = Array.from({ length: predictions }, () => Array.from({ length: truths }, value))
      const pairs = of(worths, truths)
      assert.approximately(total(pairs), most(worths), 1e-12)
      assert.strictEqual(new Set(pairs.map(({ predicted }) => predicted)).size, pairs.length)
      assert.strictEqual(new Set(pairs.map(({ truth }) => truth)).size, pairs.length)
      for (const { predicted, truth, worth } of pairs) assert.strictEqual(worth, worths[predicted]![truth])
    }
  })

  it("comes to an end before long for far more boxes than any answer has", () => {
    const next = Random.stream(Random.key(6))
    const noise = Float64Array.from({ length: 10_000 * 60 }, next)
    const start = performance.now()
    assert.strictEqual(optimal(10_000, 60, (p, t) => noise[p * 60 + t]!).length, 60)
    assert.strictEqual(optimal(10_000, 60, () => 1).length, 60)
    assert.isBelow(performance.now() - start, 5000)
  })
})
