/** What servers divide their losses by, told from the size of gradients. */
import { assert, describe, it } from "@effect/vitest"
import { divisors, identify, type Measured, type Reduction } from "../../../src/policy/tinker/Reductions.ts"

const twins = { short: 4, long: 12 }

/** What a server of a reduction shows in the experiments. */
const shown = (reduction: Reduction): Measured => {
  const of = (requests: ReadonlyArray<ReadonlyArray<number>>) =>
    requests.flatMap((lengths) => divisors(reduction, lengths, requests.flat()).map((divisor) => 7.5 / divisor)).reduce((a, b) => a + b)
  const short = of([[4]])
  return { short, both: of([[4, 12]]), apart: of([[4], [12]]), double: 2 * short, negative: short }
}

const all: ReadonlyArray<Reduction> = [
  { by: "nothing", over: "request" },
  { by: "its tokens", over: "request" },
  { by: "tokens", over: "request" },
  { by: "tokens", over: "step" },
  { by: "its tokens and sequences", over: "request" },
  { by: "its tokens and sequences", over: "step" },
  { by: "sequences", over: "request" },
  { by: "sequences", over: "step" }
]

describe("a reduction", () => {
  it.each(all)("by $by over a $over is told from all others", (reduction) => {
    assert.deepStrictEqual(identify(shown(reduction), twins), reduction)
  })

  it("divides by what its name says", () => {
    assert.deepStrictEqual(divisors({ by: "tokens", over: "request" }, [3, 9], [3, 9, 4]), [12, 12])
    assert.deepStrictEqual(divisors({ by: "tokens", over: "step" }, [3, 9], [3, 9, 4]), [16, 16])
    assert.deepStrictEqual(divisors({ by: "its tokens and sequences", over: "step" }, [3, 9], [3, 9, 4]), [9, 27])
  })

  it("is seen in losses as well, whose sign follows the weights'", () => {
    const { both, double, short } = shown(all[2]!)
    assert.deepStrictEqual(identify({ short, both, apart: undefined, double, negative: -short }, twins), all[2])
  })

  it("that cannot be divided out is said", () => {
    const sum = shown(all[0]!)
    // SkyRL's cross_entropy: a mean weighed by the weights
    assert.match(identify({ ...sum, double: sum.short }, twins) as string, /^is 1\.00 times as large for twice the weights$/)
    assert.match(identify({ ...sum, negative: 1e9 * sum.short }, twins) as string, /times as large for weights below 0$/)
    assert.match(identify({ ...sum, both: 5 * sum.short }, twins) as string, /^is 5\.00 times as large for two sequences as for one, and 2\.00 for two requests$/)
    assert.strictEqual(identify({ ...sum, short: 0 }, twins), "has no gradient to be seen")
    assert.strictEqual(identify({ ...sum, short: Number.NaN }, twins), "has no gradient to be seen")
  })
})
