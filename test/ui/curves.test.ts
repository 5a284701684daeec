/** How the page makes lines of an answer about curves. */
import { assert, describe, it } from "vitest"
import { type Curves, dashOf, digits, lastAt, pictureOf } from "../../ui/src/views/curves/picture.ts"

const look = { light: "#000000", dark: "#ffffff", dash: null }
const curve = { run: 1, variant: "a", seed: 0, rises: null, lost: 0 }
const group = (name: string, more: Partial<Curves["groups"][number]>): Curves["groups"][number] =>
  ({ look, experiment: "e", name, curves: [curve], band: null, lines: [], ...more })

const banded = group("a", { band: { values: [2, 3], raw: [1, 4], low: [-1, 2], high: [3, 4] } })
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

  it("leave out, and count, what a logarithmic scale has no place for", () => {
    const { below, lines } = pictureOf(answer, new Set(), true)
    assert.deepStrictEqual([below, lines[1]!.values, lines.at(-1)!.values], [2, [null, 2], [6, null]])
  })
})

describe("words of a legend", () => {
  it("are the last value at or before a step", () => {
    assert.deepStrictEqual([lastAt([1, null, 3], 1), lastAt([1, null], 9), lastAt([null], 0)], [1, 1, null])
  })

  it("have four digits, and a dash where there is nothing", () => {
    assert.deepStrictEqual([digits(0.123456), digits(1234567), digits(null)], ["0.1235", "1235000", "–"])
    assert.deepStrictEqual([dashOf(look), dashOf({ ...look, dash: "4 2" })], [[], [8, 4]])
  })
})
