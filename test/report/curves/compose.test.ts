import { assert, describe, it } from "@effect/vitest"
import { compose, type Options, type RunCurve } from "../../../src/report/curves/compose.ts"

const options: Options = { by: undefined, show: "range", smoothing: 0, from: 0, width: 800, rise: undefined }

let stage = 0
const curve = (variant: string, seed: number, values: ReadonlyArray<number>, more: Partial<RunCurve> = {}): RunCurve => ({
  experiment: "rewards",
  variant,
  cell: { reward: variant },
  run: ++stage,
  stage,
  seed,
  steps: Float64Array.from(values, (_, i) => i),
  values: Float64Array.from(values),
  ...more
})

const groupsOf = (curves: ReadonlyArray<RunCurve>, more: Partial<Options> = {}) =>
  compose(curves, { ...options, ...more }).groups.map((group) => group())

describe("the curves of many runs", () => {
  it("are a band for each variant, over its seeds", () => {
    const groups = groupsOf([curve("a", 0, [0, 2]), curve("a", 1, [4, 4]), curve("b", 0, [9, 9])])
    assert.deepStrictEqual(groups.map(({ curves, name }) => [name, curves.map(({ seed }) => seed)]), [["a", [0, 1]], ["b", [0]]])
    const { high, low, raw, values } = groups[0]!.band!
    assert.deepStrictEqual([values, low, high].map((all) => [...all]), [[2, 3], [0, 2], [4, 4]])
    assert.isUndefined(raw)
  })

  it("do not go on with the mean of fewer seeds where one ended: those are told apart, and one alone has no band", () => {
    const ends = [curve("a", 0, [1, 1, 1, 1, 1, 1]), curve("a", 1, [0, 0]), curve("a", 2, [0.5, 0.5, 0.5, 0.5])]
    const [group] = groupsOf(ends)
    const { fewer, high, low, values } = group!.band!
    assert.deepStrictEqual([...values], [0.5, 0.5, NaN, NaN, NaN, NaN])
    assert.deepStrictEqual([[...low], [...high]], [[0, 0, 0.5, 0.5, NaN, NaN], [1, 1, 1, 1, NaN, NaN]])
    assert.deepStrictEqual([[...fewer!.values], [...fewer!.n]], [[NaN, NaN, 0.75, 0.75, 1, 1], [NaN, NaN, 2, 2, 1, 1]])
    assert.isUndefined(groupsOf(ends.slice(0, 1))[0]!.band!.fewer)
  })

  it("are a line for each seed where that is asked for, with what was recorded beneath its smoothing", () => {
    const [group] = groupsOf([curve("a", 0, [0, 1]), curve("a", 1, [5, 5])], { show: "lines", smoothing: 0.5 })
    assert.isUndefined(group!.band)
    assert.deepStrictEqual(group!.lines.map(({ values }) => [...values]), [[0, 0.5 / 0.75], [5, 5]])
    assert.deepStrictEqual(group!.lines.map(({ raw }) => [...raw!]), [[0, 1], [5, 5]])
  })

  it("are smoothed seed by seed before they become a band", () => {
    const [group] = groupsOf([curve("a", 0, [0, 1]), curve("a", 1, [1, 0])], { smoothing: 0.5 })
    assert.closeTo(group!.band!.high[1]!, 0.5 / 0.75, 1e-12)
    assert.deepStrictEqual([...group!.band!.raw!], [0.5, 0.5])
  })

  it("are put together by any axis; what has no label on it stays by itself", () => {
    const cell = (prompt: string, reward: string) => ({ cell: { prompt, reward } })
    const groups = groupsOf([
      curve("base", 0, [1], { cell: {} }),
      curve("p1 r1", 0, [1], cell("p1", "r1")),
      curve("p1 r2", 0, [2], cell("p1", "r2")),
      curve("p2 r1", 0, [3], cell("p2", "r1"))
    ], { by: "prompt" })
    assert.deepStrictEqual(groups.map(({ curves, name }) => [name, curves.length]), [["base", 1], ["p1", 2], ["p2", 1]])
  })

  it("count once what runs share", () => {
    const shared = { stage: 900 }
    const [group] = groupsOf([curve("a", 0, [1], shared), curve("a", 1, [1], shared)], { show: "interval" })
    assert.lengthOf(group!.curves, 1)
    assert.isNaN(group!.band!.low[0])
  })

  it("keep experiments apart, and lie over the steps of all of them", () => {
    const later = { experiment: "other", steps: Float64Array.of(5) }
    const picture = compose([curve("a", 0, [1, 2]), curve("a", 0, [7], later)], options)
    assert.deepStrictEqual([...picture.steps], [0, 1, 5])
    assert.deepStrictEqual(picture.groups.map((group) => group()).map(({ band, experiment }) => [experiment, [...band!.values]]), [
      ["rewards", [1, 2, NaN]],
      ["other", [NaN, NaN, 7]]
    ])
  })

  it("say from when on each of them has risen, by the rule of the evaluation `rise`", () => {
    const steps = Float64Array.of(0, 10, 20, 30)
    const [group] = groupsOf([curve("a", 0, [0, 0, 1, 1], { steps }), curve("a", 1, [0, 0, 0, 0], { steps })], {
      rise: { by: 0.5, window: 2 }
    })
    assert.deepStrictEqual(group!.curves.map(({ rises }) => rises), [10, null])
  })

  it("start at a step, with an average that knows what came before", () => {
    const shown = { show: "lines", smoothing: 0.5, from: 1 } as const
    const picture = compose([curve("a", 0, [1, 0, 0])], { ...options, ...shown })
    assert.deepStrictEqual([...picture.steps], [1, 2])
    assert.deepStrictEqual([...picture.groups[0]!().lines[0]!.values], [0.25 / 0.75, 0.125 / 0.875])
  })

  it("say how many values were not finite", () => {
    const [group] = groupsOf([curve("a", 0, [1, NaN, NaN])])
    assert.strictEqual(group!.curves[0]!.lost, 2)
  })

  it("have fewer points each, the more there are: a thousand runs are no larger than a few", () => {
    const values = Float64Array.from({ length: 2_000 }, (_, i) => i % 7)
    const steps = Float64Array.from({ length: 2_000 }, (_, i) => i)
    const runs = Array.from({ length: 1_000 }, (_, i) => curve(`v${i}`, 0, [], { steps, values }))
    const picture = compose(runs, { ...options, show: "lines" })
    assert.isAtMost(picture.steps.length * 1_000, 200_000)
    assert.isAtMost(compose(runs.slice(0, 10), { ...options, show: "lines" }).steps.length, 1_600)
  })

  it("of nothing are nothing", () => {
    const picture = compose([curve("a", 0, [])], options)
    assert.deepStrictEqual([[...picture.steps], picture.groups], [[], []])
  })
})
