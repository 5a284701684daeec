import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync, spawnSync } from "node:child_process"
import * as Store from "../../src/store/index.ts"
import { environment, put, reading, sampleOf, stageOf, stepOf, withJournal, writeStudy } from "./support.ts"

const hasClient = spawnSync("sqlite3", ["--version"]).status === 0

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const sd = (values: ReadonlyArray<number>): number => {
  const center = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1))
}

const near = (actual: number | null | undefined, expected: number): void =>
  assert.isBelow(Math.abs((actual ?? NaN) - expected), 1e-9)

/** 97.5 % quantile of Student's t with 2 degrees of freedom, in closed form. */
const t2 = (0.95 * Math.sqrt(2)) / Math.sqrt(1 - 0.95 ** 2)

const values = { base: 20, ap: [27.1, 26.4, 27.9], weighted: [29.3, 28.2, 30.1], noisy: [20.5, 35.1, 26.9] }

const one = (name: string, map: readonly number[]) =>
  map.map((value, seed) => ({ fingerprint: `${name}-${seed}`, metrics: [["mAP", value], ["ratio", seed]] as const }))

/** The base model is evaluated once for its three seeds, as in a study. */
const study = [
  {
    name: "base",
    role: "reference",
    stages: [0, 1, 2].map(() => ({ fingerprint: "base", metrics: [["mAP", values.base]] as const }))
  },
  { name: "weighted", role: "variant", stages: one("weighted", values.weighted) },
  { name: "AP", role: "baseline", stages: one("AP", values.ap) },
  { name: "noisy", role: "variant", stages: one("noisy", values.noisy) }
] as const

describe("ablation", () => {
  it.effect("gives mean, sd and 95 % interval over stage executions, in table order", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "rewards", study)
        const all = yield* reading(file, (db) => Store.ablation(db, "rewards"))
        const rows = all.filter(({ name }) => name === "mAP")
        const counts = rows.map(({ n, variant }) => [variant, n])
        assert.deepStrictEqual(counts, [["base", 1], ["weighted", 3], ["AP", 3], ["noisy", 3]])
        for (const [i, sample] of [values.weighted, values.ap, values.noisy].entries()) {
          near(rows[i + 1]?.mean, mean(sample))
          near(rows[i + 1]?.sd, sd(sample))
          near(rows[i + 1]?.ci95, t2 * sd(sample) / Math.sqrt(3))
        }
        assert.deepInclude(rows[0]!, { mean: 20, sd: null, ci95: null })
      })
    ))

  it.effect("keeps its digits where a single pass would lose them", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const large = [1e9 + 0.25, 1e9 + 0.5, 1e9 + 0.75]
        yield* writeStudy(journal, "large", [{ name: "a", role: "variant", stages: one("a", large) }])
        const rows = yield* reading(file, (db) => Store.ablation(db, "large"))
        near(rows.find(({ name }) => name === "mAP")?.sd, 0.25)
      })
    ))

  it.effect("leaves non-finite values out of n and says so", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "x", [{ name: "a", role: "variant", stages: one("a", [1, NaN, 3]) }])
        const [finals, rows] = yield* reading(file, (db) =>
          Effect.all([Store.finalMetrics(db, "x"), Store.ablation(db, "x")]))
        assert.deepStrictEqual(finals.filter(({ name }) => name === "mAP").map(({ value }) => value), [1, null, 3])
        assert.deepInclude(rows.find(({ name }) => name === "mAP")!, { n: 2, mean: 2 })
      })
    ))
})

describe("paired and gain", () => {
  it.effect("pair by seed with the baseline and with the reference", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "rewards", study)
        const [paired, gain] = yield* reading(
          file,
          (db) => Effect.all([Store.paired(db, "rewards"), Store.gain(db, "rewards")])
        )
        const check = (row: typeof paired[number] | undefined, delta: ReadonlyArray<number>, separated: boolean) => {
          near(row?.delta, mean(delta))
          near(row?.sd, sd(delta))
          near(row?.ci95, t2 * sd(delta) / Math.sqrt(3))
          assert.deepInclude(row!, { n: 3, wins: delta.filter((value) => value > 0).length, separated })
        }
        const of = (rows: typeof paired, variant: string) =>
          rows.find((row) => row.variant === variant && row.name === "mAP")
        check(of(paired, "weighted"), values.weighted.map((value, i) => value - values.ap[i]!), true)
        check(of(paired, "noisy"), values.noisy.map((value, i) => value - values.ap[i]!), false)
        check(of(paired, "base"), values.ap.map((value) => values.base - value), true)
        check(of(gain, "AP"), values.ap.map((value) => value - values.base), true)
        assert.isUndefined(of(paired, "AP"))
        assert.isUndefined(of(gain, "base"))
      })
    ))

  it.effect("a single pair has no interval and separates nothing", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "one", [
          { name: "a", role: "baseline", stages: one("a", [1]) },
          { name: "b", role: "variant", stages: one("b", [9]) }
        ])
        const rows = yield* reading(file, (db) => Store.paired(db, "one"))
        const row = rows.find(({ name }) => name === "mAP")!
        assert.deepInclude(row, { n: 1, delta: 8, ci95: null, wins: 1, separated: false })
      })
    ))

  it.effect("of pairs that are as far apart at every seed separate nothing, and rounding is no difference", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const values = [0.1, 0.2, 0.7]
        yield* writeStudy(journal, "constant", [
          { name: "a", role: "baseline", stages: one("a", values) },
          { name: "far", role: "variant", stages: one("far", values.map((value) => value + 0.1)) },
          { name: "rounded", role: "variant", stages: one("rounded", values.map((value) => value * (1 + Number.EPSILON))) }
        ])
        const rows = (yield* reading(file, (db) => Store.paired(db, "constant"))).filter(({ name }) => name === "mAP")
        const [far, rounded] = ["far", "rounded"].map((variant) => rows.find((row) => row.variant === variant)!)
        near(far!.delta, 0.1)
        assert.deepInclude(far!, { n: 3, wins: 3, separated: false })
        assert.deepInclude(rounded!, { n: 3, delta: 0, sd: 0, wins: 0, separated: false })
      })
    ))

  it.effect("two pairs have an interval and separate nothing, however far apart", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "two", [
          { name: "a", role: "baseline", stages: one("a", [1, 2]) },
          { name: "b", role: "variant", stages: one("b", [1001, 1002.001]) }
        ])
        const rows = yield* reading(file, (db) => Store.paired(db, "two"))
        const row = rows.find(({ name }) => name === "mAP")!
        assert.deepInclude(row, { n: 2, wins: 2, separated: false })
        assert.isBelow(row.ci95!, row.delta!)
      })
    ))
})

describe("the views of one run", () => {
  const completions = [10, 20, 2999, 3000, 4096].map((tokenCount, i) =>
    sampleOf(i, {
      tokenCount,
      rewards: [
        { part: "ap", value: i / 4 },
        i === 4 ? { part: "format", value: 0, error: "threw" } : { part: "format", value: 1 }
      ]
    })
  )

  it.effect("final_metric takes the last step of every stage, by the scope that is its label", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const variants = [{ name: "v", cell: {}, role: "variant" }] as const
        yield* journal.openExperiment({ name: "e", question: "", file: "", variants, table: { metrics: [], published: {} } }, environment)
        const record = { experiment: "e", variant: "v", seed: 7, fingerprint: "f", params: [] }
        const run = yield* journal.openRun(record, environment)
        const loop = yield* journal.openStage(stageOf("loop"))
        yield* journal.linkStage({ run, position: 0, stage: loop, label: "loop", reused: false })
        for (const step of [0, 1, 2]) yield* journal.commitStep(loop, stepOf(step, [["loss", 3 - step], ["mAP", step]]))
        const halfway = yield* reading(file, (db) =>
          Effect.all([Store.finalMetrics(db, "e"), Store.missing(db, "e"), Store.learningCurve(db, "e", "loss")]))
        assert.deepStrictEqual(halfway[0], [])
        assert.deepStrictEqual(halfway[1].map(({ seed, status }) => [seed, status]), [[7, "running"]])
        assert.deepStrictEqual(halfway[2].map(({ stage, step, value }) => [stage, step, value]), [
          ["loop", 0, 3],
          ["loop", 1, 2],
          ["loop", 2, 1]
        ])
        yield* journal.closeStage(loop, { output: yield* put(journal, "loop") })
        const evaluate = yield* journal.openStage(stageOf("evaluate", { kind: "evaluate", name: "detection" }))
        yield* journal.linkStage({ run, position: 1, stage: evaluate, label: "detection", reused: false })
        yield* journal.closeStage(evaluate, {
          output: yield* put(journal, "evaluate"),
          records: stepOf(0, [["mAP", 27.4]], completions)
        })
        yield* journal.closeRun(run, "done")
        const [finals, missing, parts, tokens] = yield* reading(file, (db) =>
          Effect.all([
            Store.finalMetrics(db, "e"),
            Store.missing(db, "e"),
            Store.rewardParts(db, "e"),
            Store.tokenStatistics(db, "e")
          ]))
        assert.sameDeepMembers(finals.map(({ metric, value }) => [metric, value]), [["loop/loss", 1], ["loop/mAP", 2], ["detection/mAP", 27.4]])
        assert.deepStrictEqual(missing, [])
        const means = parts.map(({ errors, mean, n, part, stage, step }) => [stage, step, part, n, mean, errors])
        assert.deepStrictEqual(means, [
          ["detection", 0, "ap", 5, 0.5, 0],
          ["detection", 0, "format", 5, 0.8, 1]
        ])
        assert.deepInclude(tokens[0]!, { n: 3, min: 10, max: 2999, mean: 3029 / 3, n3000: 2 })
      })
    ))

  it.effect("lengths that nobody counted are in no statistics, also after a rewind", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const variants = [{ name: "v", cell: {}, role: "variant" }] as const
        yield* journal.openExperiment({ name: "e", question: "?", file: "s.ts", variants, table: { metrics: [], published: {} } }, environment)
        const run = yield* journal.openRun({ experiment: "e", variant: "v", seed: 0, fingerprint: "r", params: [] }, environment)
        const loop = yield* journal.openStage(stageOf("loop"))
        yield* journal.linkStage({ run, position: 0, stage: loop, label: "loop", reused: false })
        const statistics = Effect.map(reading(file, (db) => Store.tokenStatistics(db, "e")), (rows) => rows.map(({ max, min, n }) => [n, min, max]))
        const uncounted = sampleOf(0, { completion: "said", tokenCount: 0 })
        yield* journal.commitStep(loop, stepOf(0, [], [uncounted]))
        assert.deepStrictEqual(yield* statistics, [])
        yield* journal.commitStep(loop, stepOf(1, [], [uncounted, sampleOf(1, { completion: "", tokenCount: 0 }), sampleOf(2)]))
        yield* journal.commitStep(loop, stepOf(2, []))
        assert.deepStrictEqual(yield* statistics, [[2, 0, 12]])
        yield* journal.rewind(loop, 1)
        assert.deepStrictEqual(yield* statistics, [[2, 0, 12]])
        yield* journal.rewind(loop, 0)
        assert.deepStrictEqual(yield* statistics, [])
      })
    ))

  it.effect("a changed study takes its old runs out of the views", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "e", [{ name: "a", role: "variant", stages: one("a", [1, 2]) }])
        const record = { experiment: "e", variant: "a", seed: 0, fingerprint: "new", params: [] }
        const fresh = yield* journal.openRun(record, environment)
        yield* journal.retireRuns("e", [fresh])
        const [finals, missing, runs] = yield* reading(file, (db) =>
          Effect.all([Store.finalMetrics(db, "e"), Store.missing(db, "e"), Store.runs(db, "e")]))
        assert.deepStrictEqual(finals, [])
        assert.deepStrictEqual(missing.map(({ seed, status }) => [seed, status]), [[0, "planned"]])
        assert.deepStrictEqual(runs.map(({ id }) => id), [fresh])
        const back = yield* journal.openRun({ ...record, fingerprint: "a-0" }, environment)
        const again = yield* reading(file, (db) => Store.finalMetrics(db, "e"))
        assert.notStrictEqual(back, fresh)
        assert.deepStrictEqual(again.filter(({ name }) => name === "mAP").map(({ value }) => value), [1])
      })
    ))
})

describe.skipIf(!hasClient)("the plain sqlite3 client", () => {
  const views = [
    "final_metric",
    "ablation",
    "paired",
    "gain",
    "missing",
    "learning_curve",
    "reward_part",
    "token_statistics"
  ]

  it.effect("reads every view and gets the same rows", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "rewards", study)
        for (const view of views) {
          const ours = yield* reading(file, (db) => Store.sql(db, `SELECT * FROM ${view}`))
          const output = execFileSync("sqlite3", ["-json", file, `SELECT * FROM ${view}`], { encoding: "utf8" })
          const theirs = output === "" ? [] : JSON.parse(output) as Array<{ [column: string]: unknown }>
          assert.strictEqual(theirs.length, ours.rows.length)
          for (const [i, row] of theirs.entries()) {
            for (const [j, column] of ours.columns.entries()) {
              const expected = ours.rows[i]?.[j]
              if (typeof expected === "number") near(row[column] as number, expected)
              else assert.strictEqual(row[column], expected)
            }
          }
        }
      })
    ))
})
