import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { InvalidConfig } from "../../src/pipeline/Errors.ts"
import * as Reward from "../../src/reward/index.ts"

const brevity = Reward.define({
  name: "brevity",
  module: import.meta.url,
  config: Schema.Struct({ words: Schema.Int }),
  score: ({ words }, { completion }) => completion.split(" ").length <= words ? 1 : 0
})

const sample = { completion: "two words", solution: "<answer>None</answer>" }

describe("a reward of one's own", () => {
  it("is a node with its config, and scores", () => {
    const reward = brevity({ words: 2 })
    assert.deepInclude(reward, { kind: "reward", name: "brevity", config: { words: 2 }, random: false })
    assert.deepStrictEqual(reward.code, { module: import.meta.url, export: "brevity" })
    assert.deepStrictEqual(reward.score(sample), { total: 1, parts: [{ part: "brevity", value: 1 }] })
  })

  it("is rebuilt with another config, and refuses one that does not fit", () => {
    const rebuilt = brevity({ words: 2 }).rebuild({ words: 1 }, {}) as Reward.Reward
    assert.strictEqual(rebuilt.score(sample).total, 0)
    assert.throws(() => brevity({ words: 1 }).rebuild({ words: "many" }, {}), InvalidConfig, /brevity[^]*words/)
  })

  it("that throws, or gives no number, scores 0 and says why", () => {
    const broken = (score: () => number) =>
      Reward.define({ name: "broken", module: import.meta.url, config: Schema.Struct({}), score })()
    const thrown = broken(() => {
      throw new Error("out of order")
    })
    assert.deepStrictEqual(thrown.score(sample), {
      total: 0,
      parts: [{ part: "broken", value: 0, error: "out of order" }]
    })
    assert.match(broken(() => NaN).score(sample).parts[0]!.error!, /NaN/)
  })
})

describe("a composition of one's own", () => {
  const composed = (score: (a: Reward.Score, b: Reward.Score) => Reward.Score) =>
    Reward.compose({
      name: "own",
      module: import.meta.url,
      config: Schema.Struct({}),
      parts: { a: Reward.part, b: Reward.part },
      partNames: () => ["a", "b"],
      score: (_, { a, b }) => (sample) => score(a.score(sample), b.score(sample))
    })({}, { a: brevity({ words: 2 }), b: Reward.format() })
  const part = (value: number, part = "a") => ({ part, value })

  it("that throws, or gives no finite number, scores 0 in every part and says why", () => {
    const failed = (error: string) => ({ total: 0, parts: ["a", "b"].map((name) => ({ ...part(0, name), error })) })
    const thrown = composed(() => {
      throw new Error("no table")
    })
    assert.deepStrictEqual(thrown.score(sample), failed("no table"))
    const nan = failed("own is NaN, not a finite number")
    assert.deepStrictEqual(composed((a, b) => ({ total: b.total / b.total, parts: [part(a.total)] })).score(sample), nan)
    assert.deepStrictEqual(composed((a) => ({ total: a.total, parts: [part(NaN)] })).score(sample), nan)
    const infinite = composed((a) => ({ total: a.total, parts: [{ ...part(0), factor: Infinity }] }))
    assert.match(infinite.score(sample).parts[0]!.error!, /Infinity/)
    assert.strictEqual(composed((a) => ({ total: a.total, parts: [part(a.total)] })).score(sample).total, 1)
  })

  it("in a sum leaves the other parts as they are", () => {
    const score = Reward.sum(composed((_, b) => ({ total: 1 / b.total, parts: [] })), brevity({ words: 2 })).score(sample)
    assert.strictEqual(score.total, 1)
    assert.deepStrictEqual(score.parts.map(({ error, part }) => [part, error !== undefined]), [["a", true], ["b", true], ["brevity", false]])
  })
})

describe("sum and weight", () => {
  it("add up totals and keep parts unweighted", () => {
    const reward = Reward.sum(Reward.weight(0.5, brevity({ words: 2 })), Reward.format())
    assert.deepStrictEqual(reward.score(sample), {
      total: 0.5,
      parts: [{ part: "brevity", value: 1, factor: 0.5 }, { part: "format", value: 0 }]
    })
  })

  it("multiply factors that are nested", () => {
    const reward = Reward.weight(2, Reward.sum(Reward.weight(0.5, brevity({ words: 2 })), Reward.format()))
    assert.deepStrictEqual(reward.score(sample).parts.map(({ factor }) => factor), [1, 2])
    assert.strictEqual(reward.score(sample).total, 1)
  })

  it("number the parts of one name", () => {
    const reward = Reward.sum(brevity({ words: 2 }), brevity({ words: 1 }), brevity({ words: 0 }))
    assert.deepStrictEqual(reward.score(sample).parts.map(({ part }) => part), ["brevity", "brevity 2", "brevity 3"])
  })

  it("are rebuilt with other parts", () => {
    const reward = Reward.weight(2, brevity({ words: 1 })).rebuild({ factor: 3 }, { reward: brevity({ words: 2 }) })
    assert.strictEqual((reward as Reward.Reward).score(sample).total, 3)
  })
})
