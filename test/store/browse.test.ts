/** Completions as they are looked through: pages by any order, pairs of the same example, and where there are any. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "../../src/pipeline/Random.ts"
import type { ScopedSample, TableRow } from "../../src/pipeline/run/Records.ts"
import * as Store from "../../src/store/index.ts"
import { environment, type Opened, put, reading, sampleOf, stageOf, withJournal } from "./support.ts"

const box = (role: "true" | "predicted", label: string): TableRow => ({ role, label, space: "original", x1: 0, y1: 0, x2: 5, y2: 5 })

interface Written {
  readonly variant: string
  readonly seed: number
  readonly steps: ReadonlyArray<ReadonlyArray<ScopedSample>>
}

const writeRun = (journal: Opened, name: string, { seed, steps, variant }: Written) =>
  Effect.gen(function*() {
    const fingerprint = `${name} ${variant} ${seed}`
    const run = yield* journal.openRun({ experiment: name, variant, seed, fingerprint, params: [] }, environment)
    const stage = yield* journal.openStage(stageOf(fingerprint))
    yield* journal.linkStage({ run, position: 0, stage, label: "loop", reused: false })
    for (const [step, samples] of steps.entries()) yield* journal.commitStep(stage, { step, metrics: [], samples })
    yield* journal.closeStage(stage, { output: yield* put(journal, fingerprint) })
    yield* journal.closeRun(run, "done")
  })

/** An experiment whose runs have one stage each, a loop of these steps. */
const write = (journal: Opened, name: string, runs: ReadonlyArray<Written>) =>
  Effect.gen(function*() {
    const variants = [...new Set(runs.map(({ variant }) => variant))].map((variant) => ({ name: variant, cell: {}, role: "variant" as const }))
    yield* journal.openExperiment({ name, question: "?", file: "s.ts", variants, table: { metrics: [], published: {} } }, environment)
    for (const run of runs) yield* writeRun(journal, name, run)
  })

const labels = ["cat", "dog", "zebra"]

/** Completions with ties, values that are no number, parts that failed, and uncounted lengths. */
const drawn = (key: Random.Key, count: number): ReadonlyArray<ScopedSample> => {
  const next = Random.stream(key)
  const upTo = (n: number) => Math.floor(next() * n)
  return Array.from({ length: count }, (_, ordinal) => {
    const value = [0, 0.25, 0.5, 0.75, NaN][upTo(5)]!
    return sampleOf(ordinal, {
      scope: upTo(4) === 0 ? "val" : "",
      example: `example-${upTo(6)}`,
      tokenCount: upTo(5),
      finishReason: upTo(3) === 0 ? "length" : "stop",
      rewards: upTo(5) === 0 ? [] : [
        { part: "format", value: upTo(2) },
        { part: "ap", value, ...(upTo(6) === 0 ? { error: "it broke" } : {}) }
      ],
      tables: {
        box: [
          ...Array.from({ length: upTo(3) }, () => box("true", labels[upTo(3)]!)),
          ...Array.from({ length: upTo(4) }, () => box("predicted", labels[upTo(3)]!))
        ]
      }
    })
  })
}

const study = (journal: Opened) =>
  write(journal, "rewards", ["ap", "weighted"].flatMap((variant, v) =>
    [0, 1].map((seed) => ({
      variant,
      seed,
      steps: [0, 1, 2].map((step) => drawn(Random.fold(Random.key(7), v, seed, step), 12))
    }))))

const run = (file: string) => <A, E>(ask: (handle: Store.Handle) => Effect.Effect<A, E>) => reading(file, ask)

/** All completions of the experiment, in the order of writing. */
const everything = (file: string) =>
  reading(file, (handle) =>
    Effect.gen(function*() {
      const runs = yield* Store.runs(handle, "rewards")
      const found = yield* Effect.forEach(runs, (one, rank) =>
        Effect.map(Store.samples(handle, one.id), (samples) => samples.map((sample) => ({ ...sample, rank, run: one.id, variant: one.variant, seed: one.seed }))))
      return found.flat().sort((a, b) => a.id - b.id)
    }))

type Sample = Effect.Success<ReturnType<typeof everything>>[number]

const of = (sample: Sample, role: "true" | "predicted") => sample.boxes.filter((box) => box.role === role)

const valueOf: { readonly [O in Store.Order]: (sample: Sample) => number | string | null | undefined } = {
  run: ({ rank }) => rank,
  step: ({ step }) => step,
  tokens: ({ tokenCount }) => tokenCount === 0 ? null : tokenCount,
  truths: (sample) => of(sample, "true").length,
  predictions: (sample) => of(sample, "predicted").length,
  label: (sample) => of(sample, "true").map(({ label }) => label).sort()[0] ?? null,
  finish: ({ finishReason }) => finishReason,
  value: ({ rewards }) => rewards.find(({ part }) => part === "ap")?.value
}

const orders = Object.keys(valueOf) as Array<Store.Order>

/** What a page should be: sorted whole, here. */
const sorted = (samples: ReadonlyArray<Sample>, order: Store.Order, descending: boolean): ReadonlyArray<number> =>
  samples.map((sample) => ({ id: sample.id, value: valueOf[order](sample) ?? null })).sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || a.id - b.id
    const by = a.value < b.value ? -1 : a.value > b.value ? 1 : 0
    return (descending ? -by : by) || a.id - b.id
  }).map(({ id }) => id)

/** Every page, one after the other. */
const pages = (file: string, filter: Store.Filter, order: Store.Order, descending: boolean, limit: number) =>
  reading(file, (handle) =>
    Effect.gen(function*() {
      const ids: Array<number> = []
      let after: Store.Cursor | undefined
      do {
        const page = yield* Store.samplePage(handle, filter, { order, descending, limit, after })
        assert.isAtMost(page.found.length, limit)
        ids.push(...page.found.map(({ id }) => id))
        after = page.next
      } while (after !== undefined)
      return ids
    }))

describe("samplePage", () => {
  it.effect("gives, page after page, what one sort gives: with ties, and what is no number last", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* study(journal)
        const all = yield* everything(file)
        assert.lengthOf(all, 144)
        for (const order of orders) {
          const filter = { experiment: "rewards", ...(order === "value" ? { part: "ap" } : {}) }
          const judged = order === "value" ? all.filter(({ rewards }) => rewards.length > 0) : all
          for (const descending of [false, true]) {
            for (const limit of [1, 7, 1000]) {
              assert.deepStrictEqual(yield* pages(file, filter, order, descending, limit), sorted(judged, order, descending), `${order} ${limit}`)
            }
          }
        }
      })
    ))

  it.effect("goes on in table order where it was, also when a run of an earlier row comes between two pages", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const of = (variant: string, seed: number): Written => ({ variant, seed, steps: [drawn(Random.key(seed), 4)] })
        yield* write(journal, "live", [of("a", 10), of("a", 2), of("b", 0), of("c", 0)])
        const page = (after: Store.Cursor | undefined) =>
          reading(file, (handle) => Store.samplePage(handle, { experiment: "live" }, { order: "run", descending: false, limit: 10, after }))
        const first = yield* page(undefined)
        yield* writeRun(journal, "live", of("a", 1))
        const second = yield* page(first.next)
        const all = yield* reading(file, (handle) => Effect.map(Store.runs(handle, "live"), (runs) => runs.map(({ seed, variant }) => [variant, seed])))
        assert.deepStrictEqual(all, [["a", 1], ["a", 2], ["a", 10], ["b", 0], ["c", 0]])
        assert.deepStrictEqual([...first.found, ...second.found].map(({ id }) => id), [5, 6, 7, 8, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 15, 16])
      })
    ))

  it.effect("keeps to each filter, and counts what fits it", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* study(journal)
        const all = yield* everything(file)
        const ap = ({ rewards }: Sample) => rewards.find(({ part }) => part === "ap")
        const cases: ReadonlyArray<readonly [Omit<Store.Filter, "experiment">, (sample: Sample) => boolean]> = [
          [{ variant: "weighted" }, ({ variant }) => variant === "weighted"],
          [{ seed: 1 }, ({ seed }) => seed === 1],
          [{ run: all[0]!.run }, (sample) => sample.run === all[0]!.run],
          [{ stage: "loop" }, () => true],
          [{ stage: "nothing" }, () => false],
          [{ scope: "" }, ({ scope }) => scope === ""],
          [{ scope: "val", step: { from: 1, to: 1 } }, ({ scope, step }) => scope === "val" && step === 1],
          [{ step: { from: 1 } }, ({ step }) => step >= 1],
          [{ example: "example-3" }, ({ example }) => example === "example-3"],
          [{ finish: "length" }, ({ finishReason }) => finishReason === "length"],
          [{ tokens: { from: 0, to: 2 } }, ({ tokenCount }) => tokenCount === 1 || tokenCount === 2],
          [{ truths: { to: 0 }, predictions: { from: 1 } }, (sample) => of(sample, "true").length === 0 && of(sample, "predicted").length > 0],
          [{ label: "zebra" }, ({ boxes }) => boxes.some(({ label }) => label === "zebra")],
          [{ part: "ap" }, (sample) => ap(sample) !== undefined],
          [{ part: "ap", value: { from: 0.25, to: 0.5 } }, (sample) => [0.25, 0.5].includes(ap(sample)?.value ?? NaN)],
          [{ part: "ap", failed: true }, (sample) => ap(sample)?.error === "it broke"],
          [{ part: "none" }, () => false]
        ]
        for (const [filter, fits] of cases) {
          const expected = all.filter(fits)
          if (filter.stage !== "nothing" && filter.part !== "none") assert.isNotEmpty(expected, JSON.stringify(filter))
          const whole = { experiment: "rewards", ...filter }
          assert.deepStrictEqual(yield* pages(file, whole, "step", false, 10), sorted(expected, "step", false), JSON.stringify(filter))
          const { matching } = yield* run(file)((handle) => Store.samplePage(handle, whole, { order: "step", descending: false, limit: 1 }))
          assert.strictEqual(matching, expected.length, JSON.stringify(filter))
        }
      })
    ))

  it.effect("has nothing of an experiment that is not there, and none of another one", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* study(journal)
        yield* write(journal, "other", [{ variant: "v", seed: 0, steps: [[sampleOf(0)]] }])
        assert.lengthOf(yield* pages(file, { experiment: "other" }, "run", false, 10), 1)
        assert.lengthOf(yield* pages(file, { experiment: "nobody" }, "run", false, 10), 0)
      })
    ))

  it.effect("is found by indexes: nothing is gone through that the filter's places do not hold", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* study(journal)
        yield* reading(file, (handle) =>
          Effect.gen(function*() {
            const seen: Array<string> = []
            const sqlite = new Proxy(handle.sqlite, {
              get: (target, key) => key === "prepare" ? (sql: string) => (seen.push(sql), target.prepare(sql)) : Reflect.get(target, key) as unknown
            })
            const filter = { experiment: "rewards", scope: "", step: { from: 1 }, part: "ap" }
            yield* Store.samplePage({ ...handle, sqlite }, filter, { order: "value", descending: false, limit: 5 })
            const plans = seen.flatMap((sql) => {
              const bound = Array.from({ length: sql.split("?").length - 1 }, () => "[]")
              return (handle.sqlite.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...bound) as Array<{ detail: string }>).map(({ detail }) => detail)
            })
            const scans = plans.filter((detail) => detail.startsWith("SCAN") && !/^SCAN (p|fit|\(subquery|CONSTANT|json_each)/.test(detail))
            assert.deepStrictEqual(scans, [])
            assert.include(plans.join("\n"), "(stage=? AND scope=? AND step>?)")
            assert.include(plans.join("\n"), "SEARCH w USING PRIMARY KEY (sample=?)")
          }))
      })
    ))
})

/** A completion about an example, with this much of the part "ap". */
const answer = (ordinal: number, example: string, value: number | undefined, more: Partial<ScopedSample> = {}) =>
  sampleOf(ordinal, { example, rewards: value === undefined ? [] : [{ part: "ap", value }], ...more })

const twoRuns = (left: ReadonlyArray<ScopedSample>, right: ReadonlyArray<ScopedSample>) => (journal: Opened) =>
  write(journal, "pairs", [{ variant: "a", seed: 0, steps: [left] }, { variant: "b", seed: 0, steps: [right] }])

/** Pairs by what they are ordered by, as the ordinals of both. */
const paired = (file: string, order: Store.PairOrder, part = "ap", limit = 2) =>
  reading(file, (handle) =>
    Effect.gen(function*() {
      const { stages } = yield* Store.samplePlaces(handle, "pairs")
      const [left, right] = stages.map(({ execution }) => ({ execution, scope: "", step: 0 }))
      const all: Array<readonly [left: number, right: number, change: number | null]> = []
      let after: Store.Cursor | undefined
      let first
      do {
        const page = yield* Store.samplePairs(handle, left!, right!, { part, order, after, limit })
        first ??= page
        const listed = yield* Store.listedSamples(handle, page.found.flatMap(({ left, right }) => [left, right]))
        const ordinal = (id: number) => listed.find((sample) => sample.id === id)!.ordinal
        all.push(...page.found.map(({ change, left, right }) => [ordinal(left), ordinal(right), change] as const))
        after = page.next
      } while (after !== undefined)
      return { all, pairs: first.pairs, counts: [first.leftCount, first.rightCount], parts: first.parts }
    }))

describe("samplePairs", () => {
  it.effect("orders the same examples by how a part changed, those without a number last", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const left = [answer(0, "w", 0.5), answer(1, "x", 1), answer(2, "y", 0.25), answer(3, "z", NaN), answer(4, "left", 1)]
        const right = [answer(0, "z", 1), answer(1, "y", 0.75), answer(2, "x", 0.25), answer(3, "w", 0.5), answer(4, "right", 1)]
        yield* twoRuns(left, right)(journal)
        const changed = yield* paired(file, "changed")
        assert.deepStrictEqual(changed.all, [[1, 2, -0.75], [2, 1, 0.5], [0, 3, 0], [3, 0, null]])
        assert.deepStrictEqual([changed.pairs, ...changed.counts], [4, 5, 5])
        assert.deepStrictEqual(changed.parts, [{ part: "ap", n: 3, left: 1.75 / 3, right: 0.5, risen: 1, fallen: 1 }])
        assert.deepStrictEqual((yield* paired(file, "risen")).all, [[2, 1, 0.5], [0, 3, 0], [1, 2, -0.75], [3, 0, null]])
        assert.deepStrictEqual((yield* paired(file, "fallen")).all, [[1, 2, -0.75], [0, 3, 0], [2, 1, 0.5], [3, 0, null]])
        assert.deepStrictEqual((yield* paired(file, "changed", "none")).all.map(([left]) => left), [0, 1, 2, 3])
      })
    ))

  it.effect("pairs several answers to one example in their order, and what is over with nothing", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* twoRuns(
          [answer(0, "x", 0), answer(1, "x", 0.5), answer(2, "x", 1)],
          [answer(0, "x", 0), answer(1, "y", 0), answer(2, "x", 1)]
        )(journal)
        assert.deepStrictEqual((yield* paired(file, "changed")).all, [[1, 2, 0.5], [0, 0, 0]])
      })
    ))

  it.effect("pairs many thousand answers without holding each against each", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const many = (count: number) => Array.from({ length: count }, (_, i) => answer(i, `example-${i}`, i % 7, { prompt: "?", details: {} }))
        yield* twoRuns(many(20_000), many(20_000).reverse().map((sample, ordinal) => ({ ...sample, ordinal })))(journal)
        const asked = { part: "ap", order: "changed", after: undefined, limit: 1 } as const
        const side = (execution: number) => ({ execution, scope: "", step: 0 })
        const page = yield* run(file)((handle) => Store.samplePairs(handle, side(1), side(2), asked))
        assert.deepInclude(page, { pairs: 20_000, leftCount: 20_000 })
        assert.deepInclude(page.parts[0], { n: 20_000, risen: 0, fallen: 0 })
      })
    ))

  it.effect("takes no two for the same that only share a name: another picture, or without one another solution", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const other = { details: { image: "images/2.png" } }
        const text = { details: {} }
        yield* twoRuns(
          [answer(0, "x", 0), answer(1, "y", 0, text), answer(2, "z", 0, text)],
          [answer(0, "x", 1, other), answer(1, "y", 1, { ...text, solution: "another" }), answer(2, "z", 1, text)]
        )(journal)
        assert.deepStrictEqual((yield* paired(file, "changed")).all, [[2, 2, 1]])
      })
    ))
})

describe("sameExample", () => {
  it.effect("names the example's answers at other steps of its run, and at its step in other runs", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const steps = [0, 1, 2].map(() => [answer(0, "x", 0), answer(1, "x", 1), answer(2, "y", 1)])
        yield* write(journal, "same", [{ variant: "a", seed: 0, steps }, { variant: "b", seed: 0, steps }])
        yield* reading(file, (handle) =>
          Effect.gen(function*() {
            const { extents, stages } = yield* Store.samplePlaces(handle, "same")
            assert.deepStrictEqual(extents.map(({ completions, first, last }) => [first, last, completions]), [[0, 2, 9], [0, 2, 9]])
            const executions = stages.map(({ execution }) => execution)
            const one = { execution: executions[0]!, scope: "", step: 1, id: 4, example: "x" }
            assert.strictEqual((yield* Store.wholeSample(handle, one.id))?.step, 1)
            const { runs, steps } = yield* Store.sameExample(handle, one, executions, 10)
            assert.deepStrictEqual(steps.map(({ execution, step }) => [execution, step]), [[executions[0], 0], [executions[0], 2]])
            assert.deepStrictEqual(runs.map(({ execution, step }) => [execution, step]), [[executions[1], 1]])
          }))
      })
    ))
})

describe("samplePlaces", () => {
  it.effect("names stages, scopes, steps, parts and labels that there are", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* study(journal)
        const places = yield* run(file)((handle) => Store.samplePlaces(handle, "rewards"))
        assert.deepStrictEqual(places.stages.map(({ label, seed, variant }) => [variant, seed, label]), [
          ["ap", 0, "loop"], ["ap", 1, "loop"], ["weighted", 0, "loop"], ["weighted", 1, "loop"]
        ])
        assert.deepStrictEqual([...new Set(places.extents.map(({ scope }) => scope))], ["", "val"])
        assert.strictEqual(places.extents.reduce((sum, { completions }) => sum + completions, 0), 144)
        assert.deepStrictEqual([...new Set(places.extents.flatMap(({ parts }) => parts))], ["ap", "format"])
        assert.deepStrictEqual(places.labels, labels)
        const none = yield* run(file)((handle) => Store.samplePlaces(handle, "nobody"))
        assert.deepStrictEqual(none, { stages: [], extents: [], labels: [] })
      })
    ))
})

describe("a completion", () => {
  it.effect("comes whole with a NUL in it, and a list has its beginning", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const completion = `a\u0000b${"é".repeat(10_000)}`
        yield* write(journal, "one", [{ variant: "v", seed: 0, steps: [[sampleOf(0, { completion, tables: { box: [box("predicted", "x"), box("true", "y")] } })]] }])
        yield* reading(file, (handle) =>
          Effect.gen(function*() {
            const whole = yield* Store.wholeSample(handle, 1)
            assert.strictEqual(whole?.completion, completion)
            assert.deepStrictEqual(whole?.boxes.map(({ label }) => label), ["y", "x"])
            const [listed] = yield* Store.listedSamples(handle, [1, 99])
            assert.isTrue(listed!.opening.startsWith("a\u0000bé"))
            assert.isBelow(listed!.opening.length, 1000)
            assert.strictEqual(yield* Store.sampleImage(handle, 1), "images/1.png")
            assert.isUndefined(yield* Store.sampleImage(handle, 99))
            assert.isUndefined(yield* Store.wholeSample(handle, 99))
            assert.deepStrictEqual((yield* Store.runsOfExecution(handle, whole!.execution)).map(({ experiment, label }) => [experiment, label]), [["one", "loop"]])
          }))
      })
    ))
})
