/** What is asked once of a policy that many rows study. */
import { assert, describe, it } from "@effect/vitest"
import { Policy, Stage } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Probes from "../../../src/pipeline/plan/Probes.ts"
import * as Tokens from "../../../src/pipeline/plan/Tokens.ts"
import { memory, planStudy, prepared } from "../study.ts"
import * as Toy from "../toy.ts"

let asked = 0

export const distant = Policy.define({
  name: "distant",
  module: import.meta.url,
  config: Schema.Struct({ model: Schema.String, price: Schema.Finite }),
  incidental: ["price"],
  offers: [Toy.Vector],
  probe: () => () =>
    Effect.sync(() => {
      asked++
      return { software: "toy" }
    }) as never,
  billing: ({ price }) => ({ prices: { prefill: price, sample: price, train: price, promptTokens: 1 } }) as never,
  layer: () => Policy.stateless as never
})

/** Asks as many questions as its limit says. */
export const asks = Stage.define({
  kind: "evaluate",
  name: "asks",
  module: import.meta.url,
  config: Schema.Struct({ limit: Schema.Int }),
  subject: "reads",
  needs: [Toy.Vector],
  wants: () => ({ maxTokens: 8 }),
  gives: "input",
  run: (_config, _input: unknown) => Effect.void
})

const study = Experiment.make("asked", {
  question: "?",
  policy: distant({ model: "a", price: 1 }),
  seeds: 2,
  axes: { limit: { one: 1, two: 2, three: 3 } },
  pipeline: ({ limit }) => prepared.pipe(asks({ limit })),
  table: { metrics: [] }
})

describe("a policy that rows have made anew, as by --set", () => {
  it.effect("is asked once, and its facts are those of all of them", () =>
    Effect.gen(function*() {
      const plan = yield* planStudy(memory(), study, { overrides: { "policy.model": "b" } })
      assert.lengthOf(new Set(plan.runs.map(({ policy }) => policy)), 3)
      asked = 0
      const probed = yield* Probes.probe(plan, 0)
      assert.deepStrictEqual([probed.length, asked], [1, 1])
      assert.isTrue(Result.isSuccess(probed[0]!.found))
      for (const { policy } of plan.runs) assert.isDefined(Probes.factsOf(probed, policy))
      assert.deepStrictEqual(Tokens.bills(plan).map(({ sampled }) => sampled), [(1 + 2 + 3) * 8])
    }))

  it.effect("is another where only its prices are others", () =>
    Effect.gen(function*() {
      const plan = yield* planStudy(memory(), study, { only: [{ limit: "one" }] })
      const dear = yield* planStudy(memory(), study, { only: [{ limit: "two" }], overrides: { "policy.price": 2 } })
      assert.lengthOf(yield* Probes.probe({ ...plan, runs: [...plan.runs, ...dear.runs] }, 0), 2)
    }))
})
