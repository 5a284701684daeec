/** Averages of evaluations, such as OVDEval's. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Averages from "../../src/evaluate/Averages.ts"
import { Evaluate } from "../../src/evaluate/index.ts"
import * as Metric from "../../src/pipeline/declare/Metric.ts"
import * as Pipeline from "../../src/pipeline/declare/Pipeline.ts"
import * as Stage from "../../src/pipeline/declare/Stage.ts"
import { LoopStep, Recorder } from "../../src/pipeline/run/services.ts"
import type { Asking } from "../../src/task/prompt.ts"
import * as Testing from "../../src/testing.ts"

const ap = Metric.make("nmsAP", "%", "higher", "image")

describe("OVDEval's averages", () => {
  // VLM-R1 findings, section 7.2, the 7B row: proper nouns sum to 160.0, attributes to 50.2
  const subsets = { celebrity: 60, logo: 40, landmark: 60, color: 30.2, material: 20, position: 65.4, relationship: 26.1, negation: 56.4 }

  it("are plain means of three, of two, and of the five groups: the published figures to the last digit", () => {
    const evaluations = new Map(Object.keys(subsets).map((name) => [name, [ap]]))
    const values = new Map(Object.entries(subsets).map(([name, value]) => [name, new Map([["nmsAP", value]])]))
    const metrics = Averages.declared(Averages.ovdeval, evaluations)
    const found = Averages.measure(Averages.ovdeval, metrics, values)
    const rounded = Object.fromEntries([...found].map(([name, one]) => [name, one.get("nmsAP")!.toFixed(2)]))
    assert.deepStrictEqual(rounded, { properNoun: "53.33", attribute: "25.10", average: "45.27" })
  })
})

/** Records what it is told to. */
const says = Stage.define({
  kind: "evaluate",
  name: "says",
  module: import.meta.url,
  config: Schema.Struct({ as: Schema.String, values: Schema.Record(Schema.String, Schema.Finite) }),
  labelKey: "as",
  gives: "input",
  metrics: [
    ap,
    Metric.make("APsmall", "%", "higher", "image"),
    Metric.make("meanTokens", "tokens", "neither", "answer"),
    Metric.make(Metric.sizeName, "count", "neither", "image")
  ],
  run: ({ values }, _input: Asking) =>
    Effect.map(Recorder, (recorder) => Object.entries(values).forEach(([name, value]) => recorder.metric(name, value)))
})

const input: Asking = { task: "detection", template: { name: "plain", request: "", place: "after" } }

const size = Metric.sizeName
const a = says({ as: "a", values: { nmsAP: 10, APsmall: 1, meanTokens: 7, [size]: 5 } })
const b = says({ as: "b", values: { nmsAP: 20, meanTokens: 8, [size]: 7 } })
const c = says({ as: "c", values: { nmsAP: 45, meanTokens: 9, [size]: 1 } })
const grouped = Evaluate.groups({ as: "set", averages: { pair: ["a", "b"], all: ["pair", "c"] } }, a, b, c)

describe("Evaluate.groups", () => {
  it.effect("records every evaluation, and averages of what all members measured, by name", () =>
    Effect.gen(function*() {
      const kept = Testing.recorded()
      yield* grouped.run(input).pipe(Effect.provide(Testing.recording(kept)))
      assert.strictEqual(grouped.gives, "input")
      assert.deepStrictEqual(Object.fromEntries(kept.metrics), {
        "set/a/nmsAP": 10,
        "set/a/APsmall": 1,
        "set/a/meanTokens": 7,
        [`set/a/${size}`]: 5,
        "set/b/nmsAP": 20,
        "set/b/meanTokens": 8,
        [`set/b/${size}`]: 7,
        "set/c/nmsAP": 45,
        "set/c/meanTokens": 9,
        [`set/c/${size}`]: 1,
        "set/pair/nmsAP": 15,
        [`set/pair/${size}`]: 12,
        "set/all/nmsAP": 30,
        [`set/all/${size}`]: 13
      })
    }))

  it("declares what it records: metrics that tell better from worse, and sizes", () => {
    const declared = grouped.metrics.filter(({ scope }) => scope === "set/all")
    assert.deepStrictEqual(declared.map(({ better, name, unit }) => [name, unit, better]), [
      ["nmsAP", "%", "higher"],
      ["APsmall", "%", "higher"],
      [size, "count", "neither"]
    ])
    assert.strictEqual(grouped.metrics.filter(({ scope }) => scope === "set/a").length, 4)
  })

  it.effect("records and declares the same inside of a loop, and inside of itself", () =>
    Effect.gen(function*() {
      for (const stage of [Pipeline.every(1, grouped), Evaluate.groups({ as: "outer", averages: {} }, grouped)]) {
        const kept = Testing.recorded()
        yield* stage.run(input).pipe(
          Effect.provide(Testing.recording(kept)),
          Effect.provideService(LoopStep, { step: 0, steps: 1, checkpoint: undefined })
        )
        const declared = new Set(stage.metrics.map(Metric.fullName))
        assert.deepStrictEqual([...kept.metrics.keys()].filter((name) => !declared.has(name)), [])
        assert.strictEqual(kept.metrics.size, 14)
      }
    }))

  it("takes averages in any order, as a stored config has them in that of their names", () => {
    const averages = { all: ["pair", "a"], pair: ["a", "b"] }
    const values = new Map([["a", new Map([["mAP", 10]])], ["b", new Map([["mAP", 30]])]])
    const metrics = new Map([...values.keys()].map((name) => [name, [Metric.make("mAP", "%", "higher", "image")]]))
    const found = Averages.measure(averages, Averages.declared(averages, metrics), values)
    assert.deepStrictEqual([...found].map(([name, of]) => [name, of.get("mAP")]), [["all", 15], ["pair", 20]])
  })

  it("refuses averages of what there is not, and names that come twice", () => {
    const of = (averages: { readonly [name: string]: ReadonlyArray<string> }, ...more: ReadonlyArray<typeof a>) => () =>
      Evaluate.groups({ as: "set", averages }, a, b, ...more)
    assert.throws(of({ pair: ["a", "d"] }), /averages\.pair is of "d", which is none of a, b/)
    assert.throws(of({ all: ["pair"], pair: ["all", "b"] }), /averages\.all rests on itself/)
    assert.throws(of({ a: ["b"] }), /averages\.a has the name of an evaluation/)
    assert.throws(of({}, a), /two of its evaluations are called "a"/)
    assert.throws(of({ none: [] }), /averages/)
  })
})
