/** Constructors that share an export: what they close over is in no fingerprint. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Experiment, Pipeline, Stage } from "assay"
import { memory, planStudy } from "../study.ts"
import * as Toy from "../toy.ts"

const near = (scale: number) =>
  Stage.define({ kind: "data", name: "near", module: import.meta.url, config: Schema.Struct({}), run: (_, _input: void) => scale })

/** One with all that differs in its config. */
const far = (scale: number) =>
  Stage.define({
    kind: "data",
    name: "far",
    module: import.meta.url,
    exportName: "near",
    config: Schema.Struct({ scale: Schema.Finite }),
    run: ({ scale }, _input: void) => scale
  })({ scale })

const once = near(3)

const planOf = (axes: { readonly [row: string]: Stage.Stage<void, number> }) =>
  planStudy(memory(), Experiment.make("nearness", {
    question: "?",
    policy: Toy.vector({ size: 2 }),
    seeds: 1,
    axes: { scale: axes },
    pipeline: ({ scale }) => Pipeline.from(scale),
    table: { metrics: [] }
  }))

// the module whose code is hashed is this one
export { near }

describe("Constructors under one export", () => {
  it.effect("are refused where rows could show each other's numbers", () =>
    Effect.gen(function*() {
      const refused = yield* Effect.flip(planOf({ small: near(1e-4)({}), large: near(1e-2)({}) }))
      assert.strictEqual(refused._tag, "InvalidConfig")
      assert.match(refused.message, /"near" in .*checkConstructors\.test\.ts is defined more than once.*Make what differs a key of the config/)
    }))

  it.effect("are fine where their config tells them apart, or where it is one constructor", () =>
    Effect.gen(function*() {
      const apart = yield* planOf({ small: far(1e-4), large: far(1e-2) })
      assert.strictEqual(new Set(apart.runs.map(({ stages }) => stages[0]!.fingerprint)).size, 2)
      assert.strictEqual((yield* planOf({ one: once({}), other: once({}) })).runs.length, 2)
    }))
})
