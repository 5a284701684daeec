/** What stages return: as a later process reads it, or refused. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import * as Rows from "../../../src/pipeline/Rows.ts"
import { Spool } from "../../../src/pipeline/run/services.ts"
import { memory, runStudy } from "../study.ts"
import * as Toy from "../toy.ts"

const stage = { kind: "data", module: import.meta.url, config: Schema.Struct({ what: Schema.String }) } as const

const itself: { [key: string]: unknown } = { name: "it" }
itself["of"] = itself

const bent: { readonly [what: string]: readonly [value: unknown, said: string] } = {
  infinity: [{ limits: { upper: [1, Infinity] } }, "limits.upper.1 is Infinity"],
  nan: [NaN, "the value itself is NaN"],
  typed: [{ weights: new Float32Array([1]) }, "weights is a Float32Array"],
  set: [{ seen: new Set(["a"]) }, "seen is a Set"],
  date: [[new Date(0)], "0 is a Date"],
  method: [{ of: () => 1 }, "of is a function"],
  hole: [{ list: [undefined] }, "list.0 is undefined"],
  large: [{ n: 1n }, "n is a bigint"],
  circle: [itself, "the value itself is in itself"],
  row: [{ rows: Rows.of([{ ok: 1 }, { boxes: [[0, NaN]] }]), kinds: [] }, "row 1.boxes.0.1 is NaN"],
  beside: [{ rows: Rows.of([1]), kinds: new Map() }, "kinds is a Map"]
}

export const returns = Stage.define({ ...stage, name: "returns", run: ({ what }, _: void) => bent[what]![0] })

/** Many enough rows for a file of the stage's own, the last of them bent. */
export const spools = Stage.define({
  ...stage,
  name: "spools",
  run: (_config, _: void) =>
    Effect.gen(function*() {
      const rows = yield* (yield* Spool).collect(Stream.succeed(Array.from({ length: 5000 }, (_, i) => ({ area: i === 4999 ? NaN : i }))))
      return { rows }
    })
})

/** What a library returns that makes its promises itself. */
export const thenable = Stage.define({
  ...stage,
  name: "thenable",
  run: (_config, _: void): PromiseLike<Toy.Numbers> => {
    const promise = Promise.resolve({ values: [3, 5], title: undefined })
    // oxlint-disable-next-line unicorn/no-thenable -- it is what libraries return
    return { then: promise.then.bind(promise) }
  }
})

const studyOf = <E, R>(pipeline: Pipeline.Pipeline<unknown, E, R>) =>
  Experiment.make("returned", { question: "?", policy: Toy.vector({ size: 1 }), seeds: 1, pipeline: () => pipeline as never, table: { metrics: [] } })

describe("what a stage returns", () => {
  for (const [what, [, said]] of Object.entries(bent)) {
    it.effect(`is refused where JSON would bend it: ${what}`, () =>
      Effect.gen(function*() {
        const [result] = yield* runStudy(memory(), studyOf(Pipeline.from(returns({ what }))))
        assert.match(result!.error!, /^Stage "returns" \(.*carried\.test\.ts:\d+\) returned what cannot be kept: /)
        assert.include(result!.error!, `: ${said}, which JSON cannot carry unchanged. Return plain objects, arrays, strings and finite numbers`)
      }))
  }

  it.effect("is looked at in a file of many rows, too", () =>
    Effect.gen(function*() {
      const [result] = yield* runStudy(memory(), studyOf(Pipeline.from(spools({ what: "" }))))
      assert.include(result!.error!, "Stage \"spools\"")
      assert.include(result!.error!, "row 4999.area is NaN")
    }))

  it.effect("may be promised by anything that has a then; keys without a value are none", () =>
    Effect.gen(function*() {
      const journal = memory()
      const [result] = yield* runStudy(journal, studyOf(Pipeline.from(thenable({ what: "" })).pipe(Toy.atMost({ limit: 4 }))))
      assert.strictEqual(result!.status, "done", result!.error)
      const texts = journal.stages.map(({ result }) => readFileSync(journal.pathOf(result!.output), "utf8"))
      assert.deepStrictEqual(texts, ["{\"values\":[3,5]}", "{\"values\":[3]}"])
    }))
})
