/** Mixtures of prompts: exact ratios, drawn by counters, in bounded memory. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Data from "../../src/data/index.ts"
import * as Places from "../../src/data/mix/Places.ts"
import * as Pipeline from "../../src/pipeline/declare/Pipeline.ts"
import * as Stage from "../../src/pipeline/declare/Stage.ts"
import * as Random from "../../src/pipeline/Random.ts"
import * as Rows from "../../src/pipeline/Rows.ts"
import { StageKey } from "../../src/pipeline/run/services.ts"
import type { Prompt, Prompts } from "../../src/task/prompt.ts"
import { spool } from "../../src/testing.ts"

const key = Random.key(0)

describe("how many each part gives", () => {
  it("is its share, in whole numbers that add up", () => {
    assert.deepStrictEqual(Places.counts(12, [2, 1]), [8, 4])
    assert.deepStrictEqual(Places.counts(10, [1, 1, 1]), [4, 3, 3])
    assert.deepStrictEqual(Places.counts(7, [0.5, 0.25, 0.25]), [3, 2, 2])
    for (let i = 0; i < 500; i++) {
      const next = Random.stream(Random.fold(key, i))
      const ratios = Array.from({ length: 1 + Math.floor(next() * 5) }, () => next() + 0.01)
      const rows = Math.floor(next() * 1000)
      const counts = Places.counts(rows, ratios)
      const total = ratios.reduce((sum, ratio) => sum + ratio, 0)
      assert.strictEqual(counts.reduce((sum, count) => sum + count, 0), rows)
      counts.forEach((count, p) => assert.isBelow(Math.abs(count - rows * ratios[p]! / total), 1))
    }
  })

  it("is never more than it has where nothing is said about the size", () => {
    assert.strictEqual(Places.most([100, 10], [1, 1]), 20)
    assert.strictEqual(Places.most([30, 3], [9, 1]), 30)
    assert.strictEqual(Places.most([3, 6], [1, 2]), 9)
    for (let i = 0; i < 500; i++) {
      const next = Random.stream(Random.fold(key, i))
      const sizes = Array.from({ length: 1 + Math.floor(next() * 4) }, () => 1 + Math.floor(next() * 50))
      const ratios = sizes.map(() => 1 + Math.floor(next() * 9))
      const counts = Places.counts(Places.most(sizes, ratios), ratios)
      assert.isTrue(counts.every((count, p) => count <= sizes[p]!), JSON.stringify([sizes, ratios, counts]))
    }
  })
})

describe("which of its rows a part gives", () => {
  const orderOf = (size: number, count: number, seed = 0) => {
    const at = Places.order(Random.key(seed), size, count)
    return Array.from({ length: count }, (_, k) => at(k))
  }

  it("is a drawn subset in its order, or all of them again and again", () => {
    const some = orderOf(1000, 10)
    assert.deepStrictEqual(some, [...new Set(some)].sort((a, b) => a - b))
    assert.notDeepEqual(orderOf(1000, 10, 1), some)
    assert.deepStrictEqual(orderOf(3, 6), [0, 1, 2, 0, 1, 2])
    assert.deepStrictEqual(orderOf(3, 7).slice(0, 6), [0, 1, 2, 0, 1, 2])
  })

  it("is each of them equally often, over seeds", () => {
    const taken = new Array<number>(10).fill(0)
    for (let seed = 0; seed < 2000; seed++) for (const row of orderOf(10, 3, seed)) taken[row]!++
    for (const count of taken) assert.approximately(count, 600, 90)
  })
})

describe("where the rows of a part stand", () => {
  it("is drawn, every order as likely as any other, and every row once", () => {
    const seen = new Map<string, number>()
    for (let seed = 0; seed < 6000; seed++) {
      const places = [...Places.places(Random.key(seed), [2, 2])]
      for (const part of [0, 1]) assert.deepStrictEqual(places.filter((one) => one.part === part).map(({ k }) => k), [0, 1])
      const shape = places.map(({ part }) => part).join("")
      seen.set(shape, (seen.get(shape) ?? 0) + 1)
    }
    assert.strictEqual(seen.size, 6)
    for (const count of seen.values()) assert.approximately(count, 1000, 120)
  })
})

/** Prompts of a task, `task-0` and so on. */
const prompts = Stage.define({
  kind: "data",
  name: "prompts",
  module: import.meta.url,
  config: Schema.Struct({ task: Schema.String, count: Schema.Int }),
  makes: ({ task }) => [task],
  run: ({ count, task }): Prompts => ({
    task,
    template: { name: task, question: "?", request: "", place: "after" },
    rows: Rows.of(Array.from({ length: count }, (_, i): Prompt => ({
      task,
      id: `${task}-${i}`,
      image: { path: "a.png", width: 1, height: 1 },
      input: { width: 1, height: 1 },
      space: "resized",
      messages: [],
      asked: undefined,
      truth: undefined,
      solution: task
    })))
  })
})

const part = (task: string, count: number) => Pipeline.from(prompts({ task, count }))
const parts = { detection: part("detection", 600), region: part("region", 50) }

type Mixture = ReturnType<typeof Data.mix>

const run = (mixture: Mixture) =>
  Effect.gen(function*() {
    const { rows, ...asking } = yield* mixture.run(undefined)
    return { ...asking, rows: yield* Rows.toArray(rows) }
  }).pipe(Effect.provide(spool), Effect.provideService(StageKey, key)) as Effect.Effect<
    Omit<Prompts, "rows"> & { readonly rows: ReadonlyArray<Prompt> },
    { readonly message: string }
  >

const tally = (rows: ReadonlyArray<Prompt>) => Object.fromEntries([...Map.groupBy(rows, ({ task }) => task)].map(([task, all]) => [task, all.length]))

describe("Data.mix", () => {
  it.effect("keeps the ratios, takes no prompt twice, and lets every prompt keep its task", () =>
    Effect.gen(function*() {
      const { rows } = yield* run(Data.mix({ parts, ratios: { detection: 3, region: 1 } }))
      assert.deepStrictEqual(tally(rows), { detection: 150, region: 50 })
      assert.strictEqual(new Set(rows.map(({ id }) => id)).size, 200)
      assert.isTrue(rows.every(({ id, solution, task }) => id.startsWith(`${task}-`) && solution === task))
      const halves = [rows.slice(0, 100), rows.slice(100)].map((half) => tally(half)["region"]!)
      for (const half of halves) assert.approximately(half, 25, 12)
    }))

  it.effect("gives as many as it is asked for, the prompts of a small part again and again", () =>
    Effect.gen(function*() {
      const { rows } = yield* run(Data.mix({ parts, ratios: { detection: 1, region: 1 }, rows: 1000 }))
      assert.deepStrictEqual(tally(rows), { detection: 500, region: 500 })
      const times = [...Map.groupBy(rows.filter(({ task }) => task === "region"), ({ id }) => id).values()].map((all) => all.length)
      assert.deepStrictEqual(new Set(times), new Set([10]))
    }))

  it.effect("is the same for the same seed, and another for another", () =>
    Effect.gen(function*() {
      const of = (seed: number) => run(Data.mix({ parts, ratios: { detection: 1, region: 1 }, seed }))
      assert.deepStrictEqual(yield* of(0), yield* of(0))
      assert.notDeepEqual((yield* of(0)).rows, (yield* of(1)).rows)
    }))

  it.effect("says by which templates each of its tasks was asked", () =>
    Effect.gen(function*() {
      const { others, task, template } = yield* run(Data.mix({ parts, ratios: { detection: 1, region: 1 } }))
      assert.deepStrictEqual([task, template.name, others!.map((one) => [one.task, one.template.name])], [
        "detection",
        "detection",
        [["region", "region"]]
      ])
    }))

  it.effect("leaves a part out whose ratio is 0", () =>
    Effect.gen(function*() {
      const mixture = Data.mix({ parts, ratios: { detection: 0, region: 2 } })
      assert.deepStrictEqual(tally((yield* run(mixture)).rows), { region: 50 })
      assert.deepStrictEqual([mixture.makes, Data.mix({ parts, ratios: { detection: 1, region: 1 } }).makes], [
        ["region"],
        ["detection", "region"]
      ])
    }))

  it.effect("fails where a part would give nothing, naming it", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run(Data.mix({ parts, ratios: { detection: 100, region: 1 }, rows: 20 })))
      assert.match(error.message, /The mixture has 20 prompts, and by its ratio none of them is of "region"/)
    }))

  it("refuses ratios that leave nothing, negative ones, and stages that make no prompts", () => {
    assert.throws(() => Data.mix({ parts, ratios: { detection: 0, region: 0 } }), /every ratio is 0/)
    assert.throws(() => Data.mix({ parts, ratios: { detection: -1, region: 1 } }), /ratio/)
    const watches = Stage.define({
      kind: "evaluate",
      name: "watch",
      module: import.meta.url,
      config: Schema.Struct({}),
      gives: "input",
      run: (_, _input: Prompts) => {}
    })
    const watched = part("region", 9).pipe(watches({}))
    assert.throws(() => Data.mix({ parts: { region: watched }, ratios: { region: 1 } }), /"region" holds "watch", which makes no prompts/)
  })

  it("has its ratios as config that can be overridden by the part's name", () => {
    const pipeline = Pipeline.from(Data.mix({ parts, ratios: { detection: 3, region: 1 } }))
    const paths = Pipeline.params(pipeline).map(({ path, value }) => `${path}=${value}`)
    assert.includeMembers(paths, ["mix.seed=0", "mix.detection.ratio=3", "mix.region.ratio=1", "mix.region.prompts.count=50"])
    const changed = Pipeline.override(pipeline, "region.ratio", 5)
    assert.deepInclude(Pipeline.params(changed), { path: "mix.region.ratio", value: 5 })
  })
})
