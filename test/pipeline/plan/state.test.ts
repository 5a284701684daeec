import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { agree, stateOf } from "../../../src/pipeline/plan/state.ts"
import { memory, planStudy, study } from "../study.ts"

describe("the state of a run", () => {
  it.effect("is the same under every seed, and another where anything but the seed is", () =>
    Effect.gen(function*() {
      const states = (options: Parameters<typeof planStudy>[2]) =>
        Effect.map(planStudy(memory(), study, options), ({ runs }) =>
          new Map(runs.map(({ record: { seed, variant }, stages }) => [`${variant} ${seed}`, stateOf(stages, true)])))
      const [first, changed] = [yield* states({}), yield* states({ overrides: { "atMost.limit": 5 } })]
      assert.isTrue(agree(first.get("low 0")!, first.get("low 1")!))
      assert.isTrue(agree(first.get("untrained 0")!, first.get("untrained 1")!))
      assert.isFalse(agree(first.get("low 0")!, first.get("high 0")!))
      assert.isFalse(agree(first.get("low 0")!, changed.get("low 1")!))
      const model = yield* states({ overrides: { "policy.size": 5 } })
      assert.isFalse(agree(first.get("low 0")!, model.get("low 1")!), "no stage has the policy in its config")
    }))

  it.effect("is that of the first stages for a run that did not end", () =>
    Effect.gen(function*() {
      const { runs } = yield* planStudy(memory(), study, { only: [{ taste: "low" }] })
      const [whole, other] = runs.map(({ stages }) => stages) as [typeof runs[0]["stages"], typeof runs[0]["stages"]]
      assert.isTrue(agree(stateOf(whole, true), stateOf(other.slice(0, 2), false)))
      assert.isTrue(agree(stateOf([], false), stateOf(whole, true)))
      assert.isFalse(agree(stateOf(whole, true), stateOf(other.slice(0, 4), true)), "an evaluation was added")
    }))
})
