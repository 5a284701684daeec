import { assert, describe, it } from "@effect/vitest"
import { InvalidConfig, UnknownPath } from "../../../src/pipeline/Errors.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import { prepared, training } from "../study.ts"
import * as Toy from "../toy.ts"

const pipeline = training(Toy.low({ sharpness: 2 })).pipe(Toy.measure({ mode: "mean" }))

const failure = (run: () => unknown): UnknownPath | InvalidConfig => {
  try {
    run()
  } catch (error) {
    if (error instanceof UnknownPath || error instanceof InvalidConfig) return error
    throw error
  }
  return assert.fail("it did not fail")
}

describe("Pipeline", () => {
  it("prints what it is made of, in the order of the work", () => {
    assert.strictEqual(
      Pipeline.print(pipeline),
      `data     count to=10
filter   atMost limit=6
prompt   ask scale=0.5
loop     loop steps=5 batch=3 checkpointEvery=2
  rollout  sample groupSize=2
  reward   score
    reward   low sharpness=2
  update   climb rate=0.1
evaluate measure mode="sum"
evaluate measure#2 mode="mean"`
    )
  })

  it("draws itself in Mermaid, a loop as a frame around its body", () => {
    assert.strictEqual(
      Pipeline.mermaid(training(Toy.low({ sharpness: 2 }))),
      `flowchart TD
  s_0["data: count<br/>to=10"]
  s_1["filter: atMost<br/>limit=6"]
  s_0 --> s_1
  s_2["prompt: ask<br/>scale=0.5"]
  s_1 --> s_2
  subgraph s_3["loop: steps=5 batch=3 checkpointEvery=2"]
    s_3_0["rollout: sample<br/>groupSize=2"]
    s_3_1["reward: score"]
    s_3_1_0["reward: low<br/>sharpness=2"]
    s_3_1_0 -.-> s_3_1
    s_3_0 --> s_3_1
    s_3_2["update: climb<br/>rate=0.1"]
    s_3_1 --> s_3_2
  end
  s_2 --> s_3
  s_4["evaluate: measure<br/>mode=#quot;sum#quot;"]
  s_3 --> s_4`
    )
  })

  it("flattens its config to paths", () => {
    assert.deepStrictEqual(Object.fromEntries(Pipeline.params(pipeline).map(({ path, value }) => [path, value])), {
      "count.to": 10,
      "atMost.limit": 6,
      "ask.scale": 0.5,
      "loop.steps": 5,
      "loop.batch": 3,
      "loop.checkpointEvery": 2,
      "loop.sample.groupSize": 2,
      "loop.score.low.sharpness": 2,
      "loop.climb.rate": 0.1,
      "measure.mode": "sum",
      "measure#2.mode": "mean"
    })
  })

  it("is not changed by adding to it", () => {
    const before = Pipeline.print(prepared)
    prepared.pipe(Toy.measure({ mode: "sum" }))
    assert.strictEqual(Pipeline.print(prepared), before)
  })
})

describe("Pipeline.override", () => {
  it("changes what a path, or the end of one, leads to, and nothing else", () => {
    for (const path of ["loop.score.low.sharpness", "low.sharpness", "sharpness"]) {
      const before = Pipeline.params(pipeline)
      const after = Pipeline.params(Pipeline.override(pipeline, path, 9))
      const changed = after.filter((param, i) => param.value !== before[i]!.value)
      assert.deepStrictEqual(changed, [{ path: "loop.score.low.sharpness", value: 9 }])
    }
    const second = Pipeline.params(Pipeline.override(pipeline, "measure#2.mode", "sum"))
    assert.deepStrictEqual(second.at(-1), { path: "measure#2.mode", value: "sum" })
  })

  it("says what a study leaves to its default, unless another place says it", () => {
    const named = Pipeline.params(Pipeline.override(pipeline, "measure.as", "sums"))
    assert.deepStrictEqual(named.filter(({ path }) => path.endsWith(".as")), [{ path: "sums.as", value: "sums" }])
    const kept = Pipeline.params(Pipeline.override(pipeline, "loop.checkpointEvery", 3))
    assert.deepInclude(kept, { path: "loop.checkpointEvery", value: 3 })
    assert.match(failure(() => Pipeline.override(pipeline, "as", "x")).message, /"as" is ambiguous: it may be measure\.as or measure#2\.as/)
    const one = Pipeline.override(pipeline, "measure#2.as", "means")
    assert.deepInclude(Pipeline.params(Pipeline.override(one, "as", "averages")), { path: "averages.as", value: "averages" })
  })

  it("names near paths, then all of them, when there is no such path", () => {
    const error = failure(() => Pipeline.override(pipeline, "loop.score.low.sharpnes", 1))
    assert.match(error.message, /^No config value is called "loop\.score\.low\.sharpnes"\. /)
    assert.match(error.message, /Did you mean loop\.score\.low\.sharpness\?/)
    assert.include(error.message, "count.to, atMost.limit, ask.scale")
    // the end of a segment is no end of a path
    assert.instanceOf(failure(() => Pipeline.override(pipeline, "ness", 1)), UnknownPath)
  })

  it("shows how a value is given whole where a path leads into one that has no parts", () => {
    for (const path of ["count.to.half.first", "to.half.first"]) {
      assert.strictEqual(
        failure(() => Pipeline.override(pipeline, path, 1)).message,
        `There is no "${path}": "count.to" is a single value here; give it whole, as JSON: count.to={"half": {"first": ...}}.`
      )
    }
  })

  it("asks for more when the end of a path fits several places", () => {
    assert.match(
      failure(() => Pipeline.override(pipeline, "mode", "sum")).message,
      /"mode" is ambiguous: it may be measure\.mode or measure#2\.mode/
    )
  })

  it("names key and expected type when the value does not fit", () => {
    const error = failure(() => Pipeline.override(pipeline, "loop.steps", "many"))
    assert.instanceOf(error, InvalidConfig)
    assert.match(error.message, /^loop: steps: Expected number, got "many"/)
    assert.match(failure(() => Pipeline.override(pipeline, "loop.steps", 0)).message, /steps/)
  })
})
