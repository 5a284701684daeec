import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import type { Artifact, ScopedSample, StepRecord } from "../../src/pipeline/run/Records.ts"
import * as Random from "../../src/pipeline/Random.ts"
import * as Store from "../../src/store/index.ts"
import { beginRun, environment, opened, pathOf, put, reading, sampleOf, stageOf, stepOf, withJournal, writeStudy } from "./support.ts"

const hash = /^[0-9a-f]{64}$/

const rows = (file: string, text: string) =>
  Effect.map(reading(file, (db) => Store.sql(db, text)), (result) => result.rows)

const oneRun = [
  { name: "a", role: "variant", stages: [{ fingerprint: "f", metrics: [["mAP", 1]] }] }
] as const

describe("artifacts", () => {
  it.live("lie under the hash of their content, once", () =>
    withJournal((journal, { objects }) =>
      Effect.gen(function*() {
        const first = yield* put(journal, "weights")
        const second = yield* put(journal, "weights")
        assert.deepStrictEqual(first, second)
        assert.match(first.hash, hash)
        const path = yield* journal.fetch(first)
        assert.strictEqual(path, `${objects}/${first.hash.slice(0, 2)}/${first.hash.slice(2)}`)
        assert.strictEqual(fs.readFileSync(path, "utf8"), "weights")
        assert.deepStrictEqual(fs.readdirSync(`${objects}/tmp/runs.db`), [])
      })
    ))

  it.live("a short text stands in its row and a long one in a file, and neither is found once it was altered", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const texts = ["[1]", JSON.stringify("ü".repeat(20_000))]
        const stages = yield* Effect.forEach(texts, (text, i) =>
          Effect.gen(function*() {
            const id = yield* journal.openStage(stageOf(`f${i}`))
            const output = yield* journal.putText("application/json", text)
            yield* journal.closeStage(id, { output })
            assert.strictEqual(yield* journal.text(output), text)
            assert.deepStrictEqual(yield* journal.findStage(`f${i}`), { id, output, subject: undefined })
            return output
          }))
        assert.deepStrictEqual(stages.map((output) => fs.existsSync(pathOf(files, output))), [false, true])
        assert.deepStrictEqual((yield* rows(files.file, "SELECT content FROM artifact ORDER BY bytes")).map(([content]) => content), ["[1]", null])
        const writer = new Sqlite(files.file)
        writer.exec("UPDATE artifact SET content = '[2]' WHERE content IS NOT NULL")
        writer.close()
        fs.writeFileSync(pathOf(files, stages[1]!), "longer")
        assert.isUndefined(yield* journal.findStage("f0"))
        assert.isUndefined(yield* journal.findStage("f1"))
        assert.deepStrictEqual([...yield* journal.finished(["f0", "f1", "f2"])], [])
      })
    ))

  it.live("many are found at once as one by one, however short or long what they left", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const names = ["f0", "f1", "f2"]
        for (const [i, text] of ["[1]", JSON.stringify("ü".repeat(20_000)), "[3]"].entries()) {
          const id = yield* journal.openStage(stageOf(names[i]!))
          if (i === 2) continue // and one that is not finished
          yield* journal.closeStage(id, { output: yield* journal.putText("application/json", text), subject: yield* put(journal, `weights ${i}`) })
        }
        assert.deepStrictEqual([...yield* journal.finished([...names, "nowhere"])], ["f0", "f1"])
        for (const [i, name] of names.entries()) assert.strictEqual((yield* journal.findStage(name)) === undefined, i === 2)
      })
    ))

  it.live("a writer that fails leaves nothing", () =>
    withJournal((journal, { file, objects }) =>
      Effect.gen(function*() {
        const half = (path: string) =>
          Effect.andThen(Effect.sync(() => fs.writeFileSync(path, "half")), Effect.fail("no" as const))
        assert.strictEqual(yield* Effect.flip(journal.put("text/plain", half)), "no")
        assert.deepStrictEqual(fs.readdirSync(objects), ["tmp"])
        assert.deepStrictEqual(fs.readdirSync(`${objects}/tmp/runs.db`), [])
        assert.deepStrictEqual(yield* rows(file, "SELECT * FROM artifact"), [])
      })
    ))
})

describe("stages", () => {
  const finish = (journal: Parameters<Parameters<typeof withJournal>[0]>[0]) =>
    Effect.gen(function*() {
      const id = yield* journal.openStage(stageOf("f", { inputs: [{ role: "input", fingerprint: "g" }] }))
      const [output, subject] = [yield* put(journal, "output"), yield* put(journal, "subject")]
      yield* journal.closeStage(id, { output, subject, records: stepOf(0, [["mAP", 1]], [sampleOf(0)]) })
      return { id, output, subject }
    })

  it.live("a finished one is found, with its artifacts", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        assert.isUndefined(yield* journal.findStage("f"))
        const { id, output, subject } = yield* finish(journal)
        assert.deepStrictEqual(yield* journal.findStage("f"), { id, output, subject })
        assert.isUndefined(yield* journal.unfinishedStep("f"))
      })
    ))

  for (const which of ["output", "subject"] as const) {
    it.live(`is not found when its ${which} is missing or altered, even by one byte of the same length`, () =>
      withJournal((journal, files) =>
        Effect.gen(function*() {
          const finished = yield* finish(journal)
          const path = pathOf(files, finished[which])
          const content = fs.readFileSync(path)
          assert.isDefined(yield* journal.findStage("f"))
          fs.writeFileSync(path, content.toString().replace("u", "v"))
          fs.utimesSync(path, new Date(), new Date(Date.now() + 1000))
          assert.isUndefined(yield* journal.findStage("f"))
          fs.rmSync(path)
          assert.isUndefined(yield* journal.findStage("f"))
          yield* put(journal, which)
          assert.isDefined(yield* journal.findStage("f"))
        })
      ))
  }

  it.live("a stale one is cleared when opened again, and runs that rested on it are planned anew", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "e", oneRun)
        const id = yield* journal.openStage(stageOf("f", { kind: "evaluate" }))
        assert.deepStrictEqual(yield* rows(file, "SELECT id, status, output FROM stage"), [[id, "running", null]])
        const counts = "SELECT (SELECT count(*) FROM metric), (SELECT count(*) FROM sample)"
        assert.deepStrictEqual(yield* rows(file, counts), [[0, 0]])
        assert.deepStrictEqual(yield* rows(file, "SELECT status FROM missing"), [["planned"]])
      })
    ))

  it.live("a finished one stays so, though something fails behind it", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const stage = yield* journal.openStage(stageOf("f"))
        yield* journal.commitStep(stage, stepOf(0, [["loss", 1]]))
        yield* journal.closeStage(stage, { output: yield* put(journal, "out") })
        yield* journal.failStage(stage, "the shared folder is full")
        assert.strictEqual((yield* journal.findStage("f"))?.id, stage)
      })
    ))

  it.live("a failed one keeps its steps and its reason, and can be taken up again", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        yield* journal.commitStep(id, stepOf(0, [["loss", 1]]))
        yield* journal.failStage(id, "out of memory")
        assert.deepStrictEqual(yield* rows(file, "SELECT status, error FROM stage"), [["failed", "out of memory"]])
        assert.strictEqual(yield* journal.openStage(stageOf("f")), id)
        assert.deepStrictEqual(yield* rows(file, "SELECT status, error FROM stage"), [["running", null]])
        assert.deepStrictEqual(yield* rows(file, "SELECT step, value FROM metric"), [[0, 1]])
      })
    ))
})

describe("curves", () => {
  it.live("hold every step of a finished stage, null for what is no finite number", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        for (const [step, loss] of [3, NaN, 1].entries()) yield* journal.commitStep(id, stepOf(step, [["loss", loss], ["rate", 7]]))
        assert.deepStrictEqual(yield* journal.curve("f", "loss"), [])
        yield* journal.closeStage(id, { output: yield* put(journal, "output") })
        assert.deepStrictEqual(yield* journal.curve("f", "loss"), [{ step: 0, value: 3 }, { step: 1, value: null }, { step: 2, value: 1 }])
        assert.deepStrictEqual(yield* journal.curve("f", "watch/loss"), [])
      })
    ))
})

describe("checkpoints", () => {
  it.live("that a neighbour in the same folder names as well keep their file", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const neighbour = Store.layer({ ...files, file: files.file.replace("runs", "other") })
        const same = yield* Effect.provide(Effect.flatMap(opened, (theirs) =>
          Effect.gen(function*() {
            yield* beginRun(theirs, "theirs")
            const stage = yield* theirs.openStage(stageOf("theirs"))
            yield* theirs.commitStep(stage, { ...stepOf(0, []), checkpoint: yield* put(theirs, "weights after the first step") })
            return yield* put(theirs, "weights after the first step")
          })), neighbour)
        const stage = yield* journal.openStage(stageOf("ours"))
        const own = yield* put(journal, "weights of ours alone")
        yield* journal.commitStep(stage, { ...stepOf(0, []), checkpoint: yield* put(journal, "weights after the first step") })
        yield* journal.commitStep(stage, { ...stepOf(1, []), checkpoint: own })
        yield* journal.commitStep(stage, { ...stepOf(2, []), checkpoint: yield* put(journal, "weights after the last step") })
        assert.isTrue(fs.existsSync(pathOf(files, same)))
        assert.isFalse(fs.existsSync(pathOf(files, own)))
      })))

  const stepWith = (step: number, checkpoint: Artifact): StepRecord => ({
    ...stepOf(step, [["loss", step]], [sampleOf(0)]),
    checkpoint
  })

  it.live("only the newest is kept, and its file with it", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        const [old, young] = [yield* put(journal, "step 0"), yield* put(journal, "step 1")]
        yield* journal.commitStep(id, stepWith(0, old))
        yield* journal.commitStep(id, stepWith(1, young))
        assert.deepStrictEqual(yield* journal.lastCheckpoint(id), { step: 1, artifact: young })
        assert.strictEqual(yield* journal.unfinishedStep("f"), 1)
        assert.isFalse(fs.existsSync(pathOf(files, old)))
        fs.rmSync(pathOf(files, young))
        assert.isUndefined(yield* journal.lastCheckpoint(id))
      })
    ))

  it.live("a file that anything else names, or is about to name, stays", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const [a, b] = [yield* journal.openStage(stageOf("a")), yield* journal.openStage(stageOf("b"))]
        const shared = yield* put(journal, "same state")
        yield* journal.commitStep(a, stepWith(0, shared))
        yield* put(journal, "same state")
        yield* journal.commitStep(a, stepWith(1, yield* put(journal, "a 1")))
        assert.isTrue(fs.existsSync(pathOf(files, shared)))
        yield* journal.commitStep(b, stepWith(0, shared))
        yield* journal.commitStep(a, stepWith(2, yield* put(journal, "a 2")))
        assert.isTrue(fs.existsSync(pathOf(files, shared)))
        yield* journal.commitStep(b, stepWith(1, yield* put(journal, "b 1")))
        assert.isFalse(fs.existsSync(pathOf(files, shared)))
      })
    ))

  it.live("rewind deletes what came after a step; -1 deletes all", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        for (const step of [0, 1, 2]) {
          const sample = sampleOf(0, { rewards: [{ part: "ap", value: 1 }] })
          yield* journal.commitStep(id, stepOf(step, [["loss", step]], [sample]))
        }
        yield* journal.rewind(id, 0)
        const counts = "SELECT (SELECT count(*) FROM metric), (SELECT count(*) FROM sample), " +
          "(SELECT count(*) FROM sample_reward)"
        assert.deepStrictEqual(yield* rows(file, counts), [[1, 1, 1]])
        yield* journal.rewind(id, -1)
        assert.deepStrictEqual(yield* rows(file, counts), [[0, 0, 0]])
      })
    ))

  it.live("a step committed twice is refused whole", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        yield* journal.commitStep(id, stepOf(0, [["loss", 1]]))
        const error = yield* Effect.flip(journal.commitStep(id, stepOf(0, [["new", 2], ["loss", 2]], [sampleOf(0)])))
        assert.strictEqual(error.operation, "commitStep")
        assert.deepStrictEqual(yield* rows(file, "SELECT name FROM metric_key"), [["loss"]])
        assert.deepStrictEqual(yield* rows(file, "SELECT * FROM sample"), [])
      })
    ))
})

describe("runs", () => {
  it.live("carry params by type, environment, stages and metrics", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* journal.openExperiment({
          name: "e",
          question: "Which?",
          file: "e.ts",
          variants: [{ name: "a", cell: { reward: "AP" }, role: "baseline" }],
          table: { rows: "reward", metrics: [{ title: "mAP", scope: "detection", name: "mAP" }], published: {} }
        }, environment)
        const params = [
          { path: "loop.batch", value: 8 },
          { path: "loop.fast", value: true },
          { path: "loop.rate", value: 1e-4 },
          { path: "name", value: "1" },
          { path: "none", value: null }
        ]
        const record = { experiment: "e", variant: "a", seed: 3, fingerprint: "f", params }
        const id = yield* journal.openRun(record, environment)
        assert.strictEqual(yield* journal.openRun(record, environment), id)
        const stage = yield* journal.openStage(stageOf("loop"))
        yield* journal.linkStage({ run: id, position: 0, stage, label: "loop", reused: false })
        yield* journal.commitStep(stage, stepOf(0, [["loss", 2], ["loss", 0.5]]))
        yield* journal.closeRun(id, "failed", "the disk is full")
        const [run, experiments, experiment] = yield* reading(file, (db) =>
          Effect.all([Store.run(db, id), Store.experiments(db), Store.experiment(db, "e")]))
        assert.deepInclude(run!, {
          experimentName: "e",
          variant: "a",
          seed: 3,
          status: "failed",
          error: "the disk is full",
          params: { "loop.batch": 8, "loop.fast": true, "loop.rate": 1e-4, name: "1", none: null },
          facts: environment.facts,
          metrics: [{ position: 0, scope: "loop", name: "loss", unit: "", value: 0.5 }]
        })
        const stages = run!.stages.map(({ name, position, reused, status }) => [position, name, status, reused])
        assert.deepStrictEqual(stages, [[0, "loop", "running", false]])
        assert.deepInclude(experiments[0]!, { name: "e", variants: 1, runs: 1, done: 0 })
        assert.deepStrictEqual(experiment!.variants, [
          { name: "a", cell: { reward: "AP" }, role: "baseline", ordinal: 0 }
        ])
        assert.deepStrictEqual(experiment!.table, {
          rows: "reward",
          metrics: [{ title: "mAP", scope: "detection", name: "mAP" }],
          published: {}
        })
        assert.deepStrictEqual(yield* rows(file, "SELECT typeof(value) FROM param ORDER BY path"), [
          ["integer"],
          ["integer"],
          ["real"],
          ["text"],
          ["null"]
        ])
        assert.deepStrictEqual(yield* rows(file, "SELECT count(*) FROM environment"), [[1]])
        assert.isUndefined(yield* reading(file, (db) => Store.run(db, id + 1)))
      })
    ))

  it.live("a done run that is found done again keeps the time at which it ended", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "e", oneRun)
        const before = yield* rows(file, "SELECT status, ended_at FROM run")
        yield* Effect.sleep("5 millis")
        const record = { experiment: "e", variant: "a", seed: 0, fingerprint: "a-0", params: [] }
        const id = yield* journal.openRun(record, environment)
        yield* journal.closeRun(id, "done")
        assert.deepStrictEqual(yield* rows(file, "SELECT status, ended_at FROM run"), before)
        yield* journal.closeRun(id, "interrupted")
        assert.deepStrictEqual(yield* rows(file, "SELECT status, ended_at FROM run"), before, "what is done was not interrupted")
        yield* journal.closeRun(id, "failed", "its data is gone")
        assert.deepStrictEqual(yield* rows(file, "SELECT status FROM missing"), [["failed"]])
      })
    ))

  it.live("a run is done with the very stages that it went through, under the names that they had", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "e", oneRun)
        const id = yield* journal.openRun({ experiment: "e", variant: "a", seed: 0, fingerprint: "a-0", params: [] }, environment)
        const isDone = (...stages: ReadonlyArray<{ readonly fingerprint: string; readonly label: string }>) => journal.isDone(id, stages)
        const stage = { fingerprint: "f", label: "detection" }
        assert.isTrue(yield* isDone(stage))
        assert.isFalse(yield* isDone(stage, stage))
        assert.isFalse(yield* isDone({ ...stage, label: "ovdeval" }))
        assert.isFalse(yield* isDone({ ...stage, fingerprint: "g" }))
        yield* journal.openStage(stageOf("f")) // to be executed again
        assert.isFalse(yield* isDone(stage))
      })
    ))

  it.live("a variant that a study dropped keeps its runs but is its baseline no more", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const old = [{ name: "old", role: "baseline", stages: [{ fingerprint: "o", metrics: [["mAP", 1]] }] }] as const
        const young = [
          { name: "young", role: "baseline", stages: [{ fingerprint: "y", metrics: [["mAP", 3]] }] }
        ] as const
        yield* writeStudy(journal, "e", [...old, { name: "never run", role: "variant", stages: [] }])
        yield* writeStudy(journal, "e", young)
        assert.deepStrictEqual(yield* rows(file, "SELECT name, role FROM variant ORDER BY name"), [
          ["old", "variant"],
          ["young", "baseline"]
        ])
        assert.deepStrictEqual(yield* rows(file, "SELECT variant, delta FROM paired"), [["old", -2]])
      })
    ))

  it.live("a run of an unknown variant names it, and none of those beside it is written", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const record = { experiment: "e", variant: "a", seed: 0, fingerprint: "f", params: [] }
        assert.include((yield* Effect.flip(journal.openRun(record, environment))).message, "no variant a")
        const variants = [{ name: "b", cell: {}, role: "variant" }] as const
        yield* journal.openExperiment({ name: "e", question: "?", file: "s.ts", variants, table: { metrics: [], published: {} } }, environment)
        const both = [{ ...record, variant: "b" }, record].map((one) => ({ record: one, environment }))
        assert.include((yield* Effect.flip(journal.openRuns(both))).message, "no variant a")
        assert.deepStrictEqual(yield* rows(file, "SELECT id FROM run"), [])
      })
    ))
})

const texts = [
  "",
  "<answer>None</answer>",
  "a\0b",
  "'; DROP TABLE run; --",
  "\u{1F408} \u{5F20}",
  "x".repeat(20_000),
  "\n\r\t\\\"{}"
]

/** Samples of every shape, hostile text included. */
const anySample = (key: Random.Key, ordinal: number): ScopedSample => {
  const next = Random.stream(Random.fold(key, ordinal))
  const pick = <A>(values: ReadonlyArray<A>): A => values[Math.floor(next() * values.length)]!
  const text = () => pick(texts)
  const number = () => pick([0, 0.1, -3.5, 1 / 3, 1e300, 5e-324, Number.MAX_SAFE_INTEGER, next()])
  const size = () => Math.floor(next() * 5000)
  const list = <A>(make: () => A): ReadonlyArray<A> => Array.from({ length: Math.floor(next() * 4) }, make)
  const boxes = list(() => ({
    role: pick(["true", "predicted"]),
    label: text(),
    space: pick(["original", "resized", "thousand"]),
    x1: number(),
    y1: number(),
    x2: number(),
    y2: number()
  }))
  return {
    ordinal,
    scope: pick(["", "watch"]),
    example: text(),
    prompt: text(),
    completion: text(),
    solution: text(),
    tokenCount: size(),
    finishReason: pick(["stop", "length"]),
    details: { image: text(), width: size(), height: size(), inputWidth: size(), inputHeight: size() },
    rewards: list(() => ({ part: text(), value: number(), ...(next() < 0.5 ? {} : { error: text() }) })),
    tables: { box: boxes }
  }
}

/** A stored sample in the shape in which it was recorded. */
const recorded = (row: Effect.Success<ReturnType<typeof Store.samples>>[number]): ScopedSample => ({
  ordinal: row.ordinal,
  scope: row.scope,
  example: row.example,
  prompt: row.prompt,
  completion: row.completion,
  solution: row.solution,
  tokenCount: row.tokenCount,
  finishReason: row.finishReason,
  details: JSON.parse(row.details),
  rewards: row.rewards.map(({ error, part, value }) => ({ part, value: value!, ...(error === null ? {} : { error }) })),
  tables: { box: row.boxes.map(({ label, role, space, x1, x2, y1, y2 }) => ({ role, label, space, x1, y1, x2, y2 })) }
})

describe("samples", () => {
  it.live("any recorded step reads back equal", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "e", [{ name: "a", role: "variant", stages: [{ fingerprint: "x", metrics: [] }] }])
        const loop = yield* journal.openStage(stageOf("loop"))
        const [run = 0] = (yield* reading(file, (db) => Store.runs(db, "e"))).map(({ id }) => id)
        yield* journal.linkStage({ run, position: 1, stage: loop, label: "loop", reused: false })
        for (let step = 0; step < 60; step++) {
          const key = Random.fold(Random.key(7), step)
          const samples = Array.from({ length: step % 7 }, (_, i) => anySample(key, i))
          const metrics = Array.from(
            { length: step % 5 },
            (_, i) => [`m${i}`, Random.uniformAt(key, i) * 10 ** (i * 40)] as const
          )
          yield* journal.commitStep(loop, stepOf(step, metrics, samples))
          const [all, values] = yield* reading(file, (db) =>
            Effect.all([
              Store.samples(db, run, { limit: samples.length }),
              Store.sql(
                db,
                `SELECT k.name, m.value FROM metric m JOIN metric_key k ON k.id = m.key WHERE step = ${step} ORDER BY 1`
              )
            ]))
          const byScope = samples.toSorted((a, b) => a.scope < b.scope ? -1 : a.scope > b.scope ? 1 : a.ordinal - b.ordinal)
          if (samples.length > 0) assert.deepStrictEqual(all.map(recorded), byScope)
          assert.deepStrictEqual(values.rows, metrics.map((metric) => [...metric]))
        }
        const heldOut = yield* reading(file, (db) => Store.samples(db, run, { heldOut: true }))
        assert.isTrue(heldOut.length > 0 && heldOut.every(({ scope }) => scope === "watch"))
      })
    ))

  it.live("boxes and rewards that are no finite numbers become NULL and stop nothing", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        const corners = { x1: Infinity, y1: NaN, x2: -Infinity, y2: 1 }
        const box = { role: "predicted", label: "cat", space: "resized", ...corners } as const
        const sample = sampleOf(0, { tables: { box: [box] }, rewards: [{ part: "ap", value: NaN }] })
        yield* journal.commitStep(id, stepOf(0, [["loss", NaN]], [sample]))
        assert.deepStrictEqual(yield* rows(file, "SELECT x1, y1, x2, y2 FROM box"), [[null, null, null, 1]])
        const values = "SELECT value FROM sample_reward UNION ALL SELECT value FROM metric"
        assert.deepStrictEqual(yield* rows(file, values), [[null], [null]])
      })
    ))
})
