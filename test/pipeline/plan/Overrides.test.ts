import { assert, describe, it } from "@effect/vitest"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import * as Overrides from "../../../src/pipeline/plan/Overrides.ts"
import * as Reward from "../../../src/reward/index.ts"
import { prepared, study } from "../study.ts"
import * as Toy from "../toy.ts"

const valuesOf = (variants: typeof study.variants, end: string) =>
  variants.flatMap((variant) => Pipeline.params(variant.pipeline).filter(({ path }) => path.endsWith(`.${end}`)).map(({ value }) => value))

describe("overrides", () => {
  it("of one node go in together, in whatever order they are given", () => {
    const made = Experiment.make("long", {
      question: "?",
      policy: Toy.vector({ size: 1 }),
      seeds: 1,
      pipeline: () => prepared.pipe(Reward.score(Reward.softOverlong({ maxLength: 40, margin: 10 })) as never),
      table: { metrics: [] }
    })
    for (const keys of [["maxLength", "margin"], ["margin", "maxLength"]] as const) {
      for (const values of [{ maxLength: 5, margin: 2 }, { maxLength: 90, margin: 60 }]) {
        const { variants } = Overrides.apply(made.variants, Object.fromEntries(keys.map((key) => [`softOverlong.${key}`, values[key]])))
        assert.deepStrictEqual(keys.map((key) => valuesOf(variants, key)), keys.map((key) => [values[key]]))
      }
    }
  })

  it("say what the study leaves to its default, and then what is in it", () => {
    const named = Overrides.apply(study.variants, { "measure.as": "sums", "sums.mode": "mean" })
    assert.deepStrictEqual(valuesOf(named.variants, "as"), ["sums", "sums", "sums"])
    assert.deepStrictEqual(valuesOf(named.variants, "mode"), ["mean", "mean", "mean"])
    assert.deepStrictEqual(named.overrides, { "measure.as": "sums", "sums.mode": "mean" })
  })

  it("that mean nothing in any variant are refused", () => {
    assert.throws(() => Overrides.apply(study.variants, { "loop.steps": 3, "loop.step": 3 }), /No config value is called "loop\.step"\. Did you mean/)
  })
})
