/** A worker in this process, at a queue in a file. */
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { assert, describe, it } from "vitest"
import type { PlannedRun } from "../../src/pipeline/plan/Plan.ts"
import * as Executor from "../../src/pipeline/run/Executor.ts"
import * as Runner from "../../src/pipeline/run/Runner.ts"
import { layer, Queue } from "../../src/queue/queue.ts"
import { QueueError } from "../../src/queue/queueError.ts"
import * as Shared from "../../src/queue/Shared.ts"
import { sourceOf } from "../../src/queue/source.ts"
import { cellOf } from "../../src/queue/submission.ts"
import { work } from "../../src/queue/work.ts"
import * as Workspace from "../../src/workspace/index.ts"
import { prepareAmong } from "../../src/workspace/run.ts"
import { setEnvironment } from "../environment.ts"
import { toy } from "../faults/support/processes.ts"
import { rows } from "../integration/support.ts"
import { temporaryFolder } from "../store/support.ts"

const cards = fileURLToPath(new URL("studies/cards.ts", import.meta.url))
const broken = fileURLToPath(new URL("studies/broken.ts", import.meta.url))

/** Puts cells of a study into the queue, as a submitter in the folder does who has finished the others. */
const submit = Effect.fnUntraced(function*(file: string, folder: string, variants?: ReadonlyArray<string>) {
  const workspace = Workspace.at(join(folder, "runs.db"))
  const study = yield* Workspace.loadStudy(file)
  const { plan, within } = yield* prepareAmong(workspace, study, { elsewhere: true })
  const shared = yield* Shared.make(join(folder, "shared"))
  const isSubmitted = ({ record }: PlannedRun) => variants?.includes(record.variant) !== false
  const others = new Set(plan.runs.filter((run) => !isSubmitted(run)).flatMap(({ stages }) => stages.map(({ fingerprint }) => fingerprint)))
  yield* within(() => {}, Effect.forEach(others, (fingerprint) => Shared.giveStage(shared, fingerprint), { discard: true }))
  const content = {
    experiment: plan.experiment.name,
    source: yield* sourceOf(file),
    options: { overrides: {}, scale: null, only: [] },
    generated: workspace.generated,
    seed: 0,
    shared: { address: shared.address, id: shared.id },
    lease: 60
  }
  return yield* (yield* Queue).submit(content, plan.runs.filter(isSubmitted).map((run) => cellOf(run, 0)))
}, Effect.scoped)

/** Does something in a folder with a queue. */
const withQueue = <E>(body: (folder: string) => Effect.Effect<void, E, Queue | Scope.Scope>) =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const folder = yield* temporaryFolder
    yield* Effect.provide(body(folder), layer({ kind: "sqlite", file: join(folder, "queue.db") }))
  })))

/** Works until nothing is left, with a database in a folder of its own, and tells it what it says. */
const worked = (folder: string, studies: ReadonlyArray<string>, say: (words: string) => void = () => {}, idle = 0) =>
  Effect.suspend(() => {
    mkdirSync(folder)
    return work(Workspace.at(join(folder, "runs.db")), { studies, jobs: 1, have: {}, shared: undefined, idle, say, listen: () => {} })
  })

describe("a worker", () => {
  it("leaves a submission that needs what its machine has not to others, and takes the next one", { tags: ["long"], timeout: 60_000 }, () =>
    withQueue(Effect.fnUntraced(function*(folder) {
      const { sql } = yield* Queue
      const [older, newer] = [yield* submit(cards, folder), yield* submit(toy, folder)]
      const said: Array<string> = []
      const error = yield* Effect.flip(worked(join(folder, "worker"), [cards, toy], (words) => said.push(words)))
      assert.instanceOf(error, QueueError)
      assert.match((error as QueueError).message, /the stage "render" needs 1 of "gpu".*Say what there is with --have gpu=AMOUNT/)
      assert.include(said[1], "cards: not by this worker. ")
      const states = (submission: string) => sql`SELECT DISTINCT state FROM assay_cell WHERE submission = ${submission}`
      assert.deepStrictEqual([yield* states(older), yield* states(newer)], [[{ state: "queued" }], [{ state: "done" }]])
    })))

  it("needs no card for a stage that another machine has finished, unless what that left is gone", { tags: ["long"], timeout: 60_000 }, () =>
    withQueue(Effect.fnUntraced(function*(folder) {
      const study = yield* Workspace.loadStudy(cards)
      yield* Workspace.run(Workspace.at(join(folder, "runs.db")), study, { only: [{ scale: "half" }], have: { gpu: 1 } })
      yield* submit(cards, folder, ["whole"])
      const { sql } = yield* Queue
      yield* worked(join(folder, "worker"), [cards])
      assert.deepStrictEqual(yield* sql`SELECT state FROM assay_cell`, [{ state: "done" }])

      yield* sql`UPDATE assay_cell SET state = 'failed'`
      yield* submit(cards, folder, ["whole"])
      rmSync(join(folder, "shared", "objects"), { recursive: true })
      const error = yield* Effect.flip(worked(join(folder, "other"), [cards]))
      assert.match((error as QueueError).message, /the stage "render" needs 1 of "gpu"/)
      assert.deepStrictEqual(yield* sql`SELECT state FROM assay_cell`, [{ state: "queued" }])
    })))

  it("gets what its cell needs of what others have finished, and no more", () =>
    withQueue(Effect.fnUntraced(function*(folder) {
      yield* Workspace.run(Workspace.at(join(folder, "runs.db")), yield* Workspace.loadStudy(toy), { only: [{ taste: "low" }], seeds: [0] })
      yield* submit(toy, folder, ["untrained"])
      const worker = join(folder, "worker")
      yield* worked(worker, [toy])
      const stages = "SELECT s.name, min(reused) AS reused FROM stage s LEFT JOIN run_stage rs ON rs.stage = s.id GROUP BY s.id ORDER BY s.id"
      assert.deepStrictEqual(rows(worker, stages), [
        { name: "count", reused: 1 },
        { name: "atMost", reused: 1 },
        { name: "ask", reused: 1 },
        { name: "answer", reused: 0 }
      ])
    })), 60_000)

  it("executes a stage that fails once for all cells that need it, and again for those that are submitted after that", () =>
    withQueue(Effect.fnUntraced(function*(folder) {
      const { sql } = yield* Queue
      const executions = join(folder, "executions")
      const begun = () => readFileSync(executions, "utf8").split("\n").length - 1
      const cells = sql<{ readonly state: string; readonly attempt: number }>`SELECT DISTINCT state, attempt FROM assay_cell`
      const restore = setEnvironment({ ASSAY_TEST_EXECUTIONS: executions, ASSAY_TEST_BROKEN: "1" })
      yield* Effect.addFinalizer(() => Effect.sync(restore))
      yield* submit(broken, folder)
      const worker = yield* Effect.forkScoped(worked(join(folder, "worker"), [broken], undefined, 20))
      const until = (state: string) => Effect.repeat(Effect.sleep(100), { until: () => Effect.map(cells, (rows) => rows.every((row) => row.state === state)) })
      yield* until("failed")
      assert.deepStrictEqual([yield* cells, begun()], [[{ state: "failed", attempt: 0 }], 1])
      setEnvironment({ ASSAY_TEST_BROKEN: undefined })
      yield* submit(broken, folder)
      yield* until("done")
      assert.deepStrictEqual([yield* cells, begun()], [[{ state: "done", attempt: 1 }], 2])
      yield* Fiber.interrupt(worker)
    })), 60_000)

  it("does not hold a failure of its own against a stage that somebody else has finished since", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const restore = setEnvironment({ ASSAY_TEST_EXECUTIONS: join(folder, "executions"), ASSAY_TEST_BROKEN: "1" })
      yield* Effect.addFinalizer(() => Effect.sync(restore))
      const study = yield* Workspace.loadStudy(broken)
      const { plan, settings, within } = yield* prepareAmong(Workspace.at(join(folder, "runs.db")), study, {})
      yield* within(() => {}, Runner.openExperiment(plan, settings))
      const ids = yield* within(() => {}, Runner.openRuns(plan.runs, settings))
      const own = Executor.common(plan.runs)
      const executed = (i: number, common: Executor.Common) =>
        within(() => {}, Effect.map(Runner.execute([plan.runs[i]!], [ids[i]!], settings, common), ([result]) => result!.status))
      assert.strictEqual(yield* executed(0, own), "failed")
      setEnvironment({ ASSAY_TEST_BROKEN: undefined })
      assert.strictEqual(yield* executed(1, own), "failed", "it is not tried again")
      assert.strictEqual(yield* executed(1, Executor.common(plan.runs)), "done")
      assert.strictEqual(yield* executed(2, own), "done")
    }))), 60_000)
})
