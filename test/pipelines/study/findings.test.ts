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

  it("are refused with a row, a metric or a study that there is not", () => {
    const [first] = of("reward-comparison") as [Comparison]
    const wrong = (change: Partial<Comparison>) => problems([{ ...first, ...change }], loaded).join()
    assert.include(wrong({ first: { ...first.first, row: "AP5O" } }), `has no row "AP5O"; there are "base model", "AP50"`)
    assert.include(wrong({ second: { ...first.second, metric: "detection/map" } }), `records no "detection/map"; there are "`)
    assert.strictEqual(wrong({ study: "rewards" }), `There is no study "rewards".`)
  })
})
