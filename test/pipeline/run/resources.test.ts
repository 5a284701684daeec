import { assert, beforeEach, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Node from "../../../src/pipeline/declare/Node.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import { checkResources, resourcesOf } from "../../../src/pipeline/plan/checkResources.ts"
import { ofMachine, Resources, share } from "../../../src/pipeline/run/Resources.ts"
import { memory, planStudy, runStudy } from "../study.ts"
import * as Toy from "../toy.ts"

/** How many of them run now, and how many did at once at most. */
const busy = { now: 0, most: 0, begun: [] as Array<number> }

beforeEach(() => Object.assign(busy, { now: 0, most: 0, begun: [] }))

/** Takes cards of a machine for a while. */
export const render = Stage.define({
  kind: "filter",
  name: "render",
  module: import.meta.url,
  config: Schema.Struct({ cards: Schema.Int, limit: Schema.Int }),
  resources: ({ cards }) => ({ gpu: cards }),
  run: ({ cards, limit }, input: Toy.Numbers) =>
    Effect.gen(function*() {
      busy.begun.push(limit)
      busy.most = Math.max(busy.most, busy.now += cards)
      yield* Effect.sleep("10 millis")
      busy.now -= cards
      return input
    })
})

/** Holds others, which run one after the other. */
export const both = Stage.define({
  kind: "filter",
  name: "both",
  module: import.meta.url,
  config: Schema.Struct({}),
  parts: { all: Node.list(Stage.part<Toy.Numbers, Toy.Numbers>()) },
  resources: () => ({ memory: 1e9 }),
  run: (_config, input: Toy.Numbers) => input
})

const studyOf = (cards: number, rows = 6) =>
  Experiment.make("cards", {
    question: "?",
    seeds: 1,
    policy: Toy.vector({ size: 1 }),
    axes: { limit: Object.fromEntries(Array.from({ length: rows }, (_, limit) => [String(limit), render({ cards, limit })])) },
    pipeline: ({ limit }) => Pipeline.from(Toy.count({ to: 3 })).pipe(limit, Toy.ask({ scale: 1 }), Toy.measure({ mode: "sum" })),
    table: { rows: "limit", metrics: ["score"] }
  })

const run = (cards: number, gpu: number) =>
  runStudy(memory(), studyOf(cards), { jobs: 6 }).pipe(Effect.provideService(Resources, share({ ...ofMachine(), gpu })))

describe("what stages share", () => {
  it.live("is never more than there is, however many runs go on side by side", () =>
    Effect.gen(function*() {
      const results = yield* run(1, 2)
      assert.isTrue(results.every(({ status }) => status === "done"))
      assert.deepStrictEqual([busy.most, busy.begun.length], [2, 6])
    }))

  it.live("is taken whole by a stage that needs all of it", () =>
    Effect.gen(function*() {
      yield* run(3, 3)
      assert.strictEqual(busy.most, 3)
    }))

  it.live("is had in the order in which it is asked for, so that who needs all of it is not overtaken for ever", () =>
    Effect.gen(function*() {
      const { hold } = share({ gpu: 2 })
      const begun: Array<string> = []
      const one = (name: string, gpu: number) =>
        hold({ gpu })(Effect.andThen(Effect.sync(() => begun.push(name)), Effect.sleep(name === "a" ? "30 millis" : "10 millis")))
      const small = (name: string) => Effect.forEach([1, 2, 3, 4], (i) => one(`${name}${i}`, 1))
      yield* Effect.all([one("a", 1), Effect.andThen(Effect.sleep("2 millis"), one("all", 2)), Effect.andThen(Effect.sleep("4 millis"), small("b"))], {
        concurrency: 3
      })
      assert.deepStrictEqual(begun, ["a", "all", "b1", "b2", "b3", "b4"])
      const waits = yield* Effect.forkChild(one("c", 2)).pipe(Effect.flatMap((fiber) => Effect.as(Effect.sleep("1 millis"), fiber)))
      const given = yield* Effect.forkChild(one("given up", 2))
      yield* Effect.sleep("1 millis")
      yield* Fiber.interrupt(given)
      yield* one("d", 2)
      yield* Fiber.join(waits)
      assert.deepStrictEqual(begun.slice(-2), ["c", "d"])
    }))

  it.effect("is refused before anything runs where there is not so much, or nobody said how much there is", () =>
    Effect.gen(function*() {
      const plan = yield* planStudy(memory(), studyOf(2, 1))
      const none = yield* Effect.flip(checkResources(plan, ofMachine()))
      assert.strictEqual(
        none.message,
        `cards, 0: the stage "render" needs 2 of "gpu", and nobody said how much of that there is. Say what there is with ` +
          `--have gpu=AMOUNT, or have the stage need less.`
      )
      assert.match((yield* Effect.flip(checkResources(plan, { gpu: 1 }))).message, /needs 2 of "gpu", and there is 1 of "gpu"\./)
      yield* checkResources(plan, { gpu: 2 })
    }))

  it("adds up over a stage and the most that anything in it needs", () => {
    const stage = both({}, { all: [render({ cards: 1, limit: 0 }), render({ cards: 2, limit: 1 })] })
    assert.deepStrictEqual(resourcesOf(stage), { memory: 1e9, gpu: 2 })
    assert.deepStrictEqual(resourcesOf(Toy.count({ to: 1 })), {})
  })
})
