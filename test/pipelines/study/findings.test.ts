/** What the findings are held against is there: the studies, their rows and their metrics. */
import * as Effect from "effect/Effect"
import { assert, beforeAll, describe, it } from "vitest"
import { problems } from "../../../pipelines/study/checkFindings.ts"
import type { Comparison } from "../../../pipelines/study/claims.ts"
import { comparisons, studies } from "../../../pipelines/study/findings.ts"
import { loadStudy, type Study } from "../../../src/workspace.ts"

const fileOf = (name: string) => `pipelines/${name}.ts`
const names = studies.map(({ name }) => name)
const of = (name: string) => comparisons.filter(({ study }) => study === name)

describe("the findings", () => {
  let loaded: ReadonlyArray<Study>
  beforeAll(async () => {
    loaded = await Effect.runPromise(Effect.forEach(names, (name) => loadStudy(fileOf(name))))
  })

  it.each(names)("on %s name rows and metrics that it has", (name) => assert.deepStrictEqual(problems(of(name), loaded), []))

  it("are about studies that are run, each by the name of its file", () => {
    for (const { study } of comparisons) assert.include(studies.map(({ name }) => name), study)
    assert.deepStrictEqual(loaded.map(({ experiment }) => experiment.name), names)
  })

  it("of OVDEval are of mAP, by which their table is headed, and not of NMS-AP", () => {
    const sizes = of("model-size")
    assert.isNotEmpty(sizes)
    for (const { first, second } of sizes) {
      assert.match(first.metric, /^ovdeval\/\w+\/mAP$/)
      assert.strictEqual(second.metric, first.metric)
    }
    const { metrics, published } = loaded.find(({ experiment }) => experiment.name === "model-size")!.experiment.table
    for (const figures of Object.values(published ?? {})) {
      figures.forEach((figure, i) => { if (figure !== null) assert.match(metrics[i]!, /\/mAP$/) })
    }
  })

  it("are refused with a row, a metric or a study that there is not", () => {
    const [first] = of("reward-comparison") as [Comparison]
    const wrong = (change: Partial<Comparison>) => problems([{ ...first, ...change }], loaded).join()
    assert.include(wrong({ first: { ...first.first, row: "AP5O" } }), `has no row "AP5O"; there are "base model", "AP50"`)
    assert.include(wrong({ second: { ...first.second, metric: "detection/map" } }), `records no "detection/map"; there are "`)
    assert.strictEqual(wrong({ study: "rewards" }), `There is no study "rewards".`)
  })
})
