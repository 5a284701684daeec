import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Thin from "../../../src/report/curves/Thin.ts"

const range = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i)

/** The drawn values of each bucket, with the recorded ones that they stand for. */
const perBucket = (of: Thin.Buckets, drawn: Float64Array, values: Float64Array) => {
  let at = 0
  return of.from.slice(0, -1).map((start, b) => {
    const recorded = Array.from(values.subarray(start, of.from[b + 1]!))
    const points = Array.from(drawn.subarray(at, at += Math.min(2, recorded.length)))
    return { recorded, points }
  })
}

const finite = (values: ReadonlyArray<number>) => values.filter((value) => !Number.isNaN(value))

const Curve = Schema.Struct({
  /** Distances between steps, and a value for each; a null is not finite. */
  points: Schema.Array(Schema.Struct({
    gap: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 })),
    value: Schema.NullOr(Schema.Finite)
  })),
  count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 }))
})

const made = ({ count, points }: typeof Curve.Type) => {
  let step = 0
  const steps = Float64Array.from(points.map(({ gap }) => step += gap))
  return { count, steps, values: Float64Array.from(points.map(({ value }) => value ?? NaN)) }
}

describe("thinning", () => {
  it("leaves a curve alone that has no more than two steps for each bucket", () => {
    const of = Thin.buckets(range(8), 4)
    assert.deepStrictEqual([of.span, [...of.steps]], [1, [0, 1, 2, 3, 4, 5, 6, 7]])
    assert.deepStrictEqual([...Thin.line(of, range(8))], [0, 1, 2, 3, 4, 5, 6, 7])
  })

  it("draws the lowest and the highest value of each bucket, in their order", () => {
    const of = Thin.buckets(range(12), 3)
    assert.deepStrictEqual([of.span, [...of.steps]], [4, [0, 3, 4, 7, 8, 11]])
    const values = Float64Array.of(1, 9, 0, 1, 5, 5, 5, 5, 2, NaN, 8, NaN)
    assert.deepStrictEqual([...Thin.line(of, values)], [9, 0, 5, 5, 2, 8])
    assert.deepStrictEqual([...Thin.lower(of, values)], [0, 0, 5, 5, 2, 2])
    assert.deepStrictEqual([...Thin.upper(of, values)], [9, 9, 5, 5, 8, 8])
  })

  it("never hides the one spike of a long curve", () => {
    for (const spike of [0, 1, 4_999, 9_999]) {
      const values = new Float64Array(10_000)
      values[spike] = 1
      const drawn = Thin.line(Thin.buckets(range(10_000), 300), values)
      assert.isAtMost(drawn.length, 600)
      assert.isTrue(drawn.includes(1), `a spike at ${spike}`)
    }
  })

  it.prop("keeps the lowest and the highest of every bucket, draws nothing that was not recorded, and stays within its room", [Curve], ([curve]) => {
    const { count, steps, values } = made(curve)
    const of = Thin.buckets(steps, count)
    const drawn = Thin.line(of, values)
    assert.isAtMost(drawn.length, 2 * count)
    assert.strictEqual(drawn.length, of.steps.length)
    assert.deepStrictEqual([...of.steps], [...of.steps].toSorted((a, b) => a - b))
    for (const { points, recorded } of perBucket(of, drawn, values)) {
      const [low, high] = [Math.min(...finite(recorded)), Math.max(...finite(recorded))]
      assert.deepStrictEqual([Math.min(...finite(points)), Math.max(...finite(points))], [low, high])
    }
    for (const { points, recorded } of perBucket(of, Thin.lower(of, values), values)) {
      assert.strictEqual(Math.min(...finite(points)), Math.min(...finite(recorded)))
    }
    for (const { points, recorded } of perBucket(of, Thin.upper(of, values), values)) {
      assert.strictEqual(Math.max(...finite(points)), Math.max(...finite(recorded)))
    }
  })
})
