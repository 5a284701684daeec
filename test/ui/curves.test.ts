/** How the page makes lines of an answer about curves. */
import { assert, describe, it } from "vitest"
import { alone, type Curves, dashOf, frameOf, pictureOf, placeOf } from "../../ui/src/views/curves/picture.ts"
import { digits, riseOf, valueOf } from "../../ui/src/views/curves/words.ts"

const look = { light: "#000000", dark: "#ffffff", dash: null }
const curve = { run: 1, variant: "a", seed: 0, rises: null, lost: 0 }
const group = (name: string, more: Partial<Curves["groups"][number]>): Curves["groups"][number] =>
  ({ look, experiment: "e", name, curves: [curve], band: null, lines: [], ...more })

const banded = group("a", { band: { values: [2, 3], raw: [1, 4], low: [-1, 2], high: [3, 4], fewer: null } })
const lined = group("b", { lines: [{ values: [5, null], raw: null }, { values: [6, 0], raw: null }] })
const answer: Curves = { steps: [0, 1], span: 1, groups: [banded, lined] }

const shapes = (curves: Curves, hidden: ReadonlyArray<string>, log: boolean) =>
  pictureOf(curves, new Set(hidden), log).lines.map(({ as, group, values }) => [group, as, values])

describe("the lines of a picture", () => {
  it("are bands below, what was recorded above them, and means and seeds on top", () => {
    assert.deepStrictEqual(shapes(answer, [], false), [
      [0, "high", [3, 4]],
      [0, "low", [-1, 2]],
      [0, "raw", [1, 4]],
      [0, "mean", [2, 3]],
      [1, "seed", [5, null]],
      [1, "seed", [6, 0]]
    ])
    const { bands, lines } = pictureOf(answer, new Set(), false)
    assert.deepStrictEqual(bands.map(({ high, low }) => [lines[high - 1]!.as, lines[low - 1]!.as]), [["high", "low"]], "uPlot counts from 1: 0 are the steps")
  })

  it("are not those of hidden groups, whose places the others keep", () => {
    assert.deepStrictEqual(shapes(answer, ["e/a"], false).map(([group]) => group), [1, 1])
  })

  it("leave out, and count, what of means and seeds a logarithmic scale has no place for", () => {
    const { below, lines } = pictureOf(answer, new Set(), true)
    assert.deepStrictEqual([below, lines.at(-1)!.values], [1, [6, null]])
  })

  it("are broken where only some of a group's curves have a value, and go on over steps that other groups alone have", () => {
    const fewer = { values: [null, null, 0, null, null, null, 7, null], n: [null, null, 1, null, null, null, 1, null] }
    const [values, raw, low, high] = [[5, 5, null, null, 5, null, null, 5], [4, 4, null, null, 4, null, null, 4], [1, 1, null, null, 1, null, null, 1], [9, 9, null, null, 9, null, null, 9]]
    const gap = group("g", { band: { values, raw, low, high, fewer } })
    const whole = group("w", { band: { values: [3, 3, null, null, 3, 3, 3, null], raw: null, low: values, high: values, fewer: null } })
    const lines = shapes({ steps: [0, 1, 2, 3, 4, 5, 6, 7], span: 1, groups: [gap, whole] }, [], false)
    const of = (group: number, as: string) => lines.find(([index, found]) => index === group && found === as)![2] as ReadonlyArray<number | null | undefined>
    for (const [as, value] of [["mean", 5], ["raw", 4], ["low", 1], ["high", 9]] as const) {
      assert.deepStrictEqual(of(0, as), [value, value, null, null, value, null, null, value], as)
    }
    assert.deepStrictEqual(of(1, "mean"), [3, 3, undefined, undefined, 3, 3, 3, null])
    assert.deepStrictEqual([alone(of(0, "mean")), alone(of(1, "mean")), alone([null, 1])], [[4, 7], [], [1]])
  })

  it("reach down to the least that is drawn where a band goes below zero", () => {
    const wide = group("w", { band: { values: [0.5, -1, 2], raw: [0, 0.25, 2], low: [-3, -2, null], high: [4, -0.5, null], fewer: null } })
    const { below, lines } = pictureOf({ steps: [0, 1, 2], span: 1, groups: [wide] }, new Set(), true)
    assert.deepStrictEqual([below, lines.map(({ values }) => values)], [1, [[4, 0.25, null], [0.25, 0.25, null], [null, 0.25, 2], [0.5, null, 2]]])
    const none = pictureOf({ steps: [0], span: 1, groups: [group("n", { band: { values: [-1], raw: null, low: [-2], high: [0], fewer: null } })] }, new Set(), true)
    assert.deepStrictEqual([none.below, none.lines.map(({ values }) => values)], [1, [[null], [null], [null]]])
  })
})

describe("a plot", () => {
  const frame = (curves: Curves, hidden: ReadonlyArray<string> = []) => frameOf(pictureOf(curves, new Set(hidden), false), curves.groups)

  it("is the same for another answer about the same lines, and another one for others", () => {
    const longer = { ...answer, steps: [0, 1, 2], groups: [banded, { ...lined, lines: [{ values: [5, 1, 2], raw: null }, { values: [6, 0, 3], raw: null }] }] }
    assert.strictEqual(frame(longer), frame(answer))
    const others = [frame(answer, ["e/a"]), frame({ ...answer, groups: [lined] }), frame({ ...answer, groups: [{ ...banded, look: { ...look, dash: "4 2" } }, lined] })]
    assert.strictEqual(new Set([frame(answer), ...others]).size, 4)
  })

  it("finds a step again when steps are drawn together, and none that it does not draw", () => {
    assert.deepStrictEqual([3, 4, 5, 8, 2, 9].map((step) => placeOf([3, 5, 8], step)), [0, 0, 1, 2, null, null])
    assert.isNull(placeOf([], 0))
  })
})

describe("words of a legend", () => {
  const steps = [0, 10, 20]

  it("are mean and interval of one step, the last that has a mean, named where it is an earlier one", () => {
    const gone = group("a", { band: { values: [2, 3, null], raw: null, low: [1, null, 0], high: [3, 4, 9], fewer: null } })
    assert.deepStrictEqual([0, 1, 2].map((index) => valueOf(gone, index, steps)), ["2  (1 to 3)", "3", "3, step 10"])
    assert.strictEqual(valueOf(group("a", { band: { values: [null], raw: null, low: [1], high: [2], fewer: null } }), 0, steps), "–")
  })

  it("say of how many seeds a mean is that not all have come to", () => {
    const curves = [0, 1, 2].map((seed) => ({ ...curve, seed }))
    const band = { values: [2, null, null], raw: null, low: [1, 2, null], high: [3, 4, null], fewer: { values: [null, 3, 5], n: [null, 2, 1] } }
    const live = group("a", { curves, band })
    assert.deepStrictEqual([0, 1, 2].map((index) => valueOf(live, index, steps)), ["2  (1 to 3)", "3  (2 to 4), 2 of 3 seeds", "5, 1 of 3 seeds"])
    assert.deepStrictEqual(shapes({ steps, span: 1, groups: [live] }, [], false).map(([, as]) => as), ["high", "low", "fewer", "mean"])
  })

  it("are each seed's last value", () => {
    const seeds = group("b", { lines: [{ values: [5, null, 7], raw: null }, { values: [null, 0.123456, null], raw: null }] })
    assert.deepStrictEqual([0, 1, 2].map((index) => valueOf(seeds, index, steps)), ["5  –", "5, step 0  0.1235", "7  0.1235, step 10"])
  })

  it("give steps whole, and values four digits", () => {
    const rises = (...all: ReadonlyArray<number | null>) => riseOf(group("a", { curves: all.map((rises) => ({ ...curve, rises })) }))
    assert.deepStrictEqual([rises(12345), rises(12, 13, null), rises(null)], ["12345  (1 of 1)", "13  (2 of 3)", "none of 1"])
    assert.deepStrictEqual([digits(0.123456), digits(1234567)], ["0.1235", "1235000"])
    assert.deepStrictEqual([dashOf(look), dashOf({ ...look, dash: "4 2" })], [[], [8, 4]])
  })
})
