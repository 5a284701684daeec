/** Runs of a journal, with the variants that they are of. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Store from "../../../src/store/index.ts"
import { environment, oneRun, reading, rows, stageOf, stepOf, withJournal, writeStudy } from "../support.ts"

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
