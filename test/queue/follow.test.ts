/** Several who follow one submission at once, at a queue in a file; what workers do is written there by the test. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { assert, describe, it } from "vitest"
import { machine } from "../../src/pipeline/machine.ts"
import type { PlannedRun } from "../../src/pipeline/plan/Plan.ts"
import { Fetching } from "../../src/pipeline/run/fetching.ts"
import { empty, Ledger } from "../../src/pipeline/run/ledger.ts"
import { follow } from "../../src/queue/follow.ts"
import { layer, Queue } from "../../src/queue/queue.ts"
import type * as Shared from "../../src/queue/Shared.ts"
import { cellOf } from "../../src/queue/submission.ts"
import * as Store from "../../src/store/index.ts"
import { temporaryFolder } from "../store/support.ts"
import { content } from "./support/content.ts"

const runOf = (seed: number): PlannedRun => ({
  record: { experiment: "e", variant: "v", seed, fingerprint: `f${seed}`, params: [] },
  stages: []
}) as unknown as PlannedRun

const shared = { address: "/shared", between: Store.Between.folder("/nowhere"), stage: (fingerprint: string) => fingerprint, run: (fingerprint: string) => fingerprint } as Shared.Shared

/** Follows runs, and returns how they ended and what was merged. */
const followed = Effect.fnUntraced(function*(submission: string, runs: ReadonlyArray<PlannedRun>, isThere = () => true) {
  const merged: Array<string> = []
  const results = yield* Effect.provideService(follow(submission, content.lease, runs, shared, () => {}), Store.Transfer, {
    give: () => Effect.void,
    lend: () => Effect.void,
    isWhole: () => Effect.sync(() => isThere()),
    take: (name) => Effect.sync(() => void merged.push(name)),
    giveUnfinished: () => Effect.void,
    takeUnfinished: () => Effect.succeed(false)
  })
  return { merged, results: [...results.values()].map(({ seed, status }) => `${seed} ${status}`) }
})

/** Follows runs by a clock that only `seconds` moves on, and collects what is said. */
const followedInTime = Effect.fnUntraced(function*(submission: string, runs: ReadonlyArray<PlannedRun>, ledger: Ledger["Service"], isThere = () => true) {
  const said: Array<string> = []
  const following = yield* Effect.forkScoped(followed(submission, runs, isThere).pipe(
    Effect.provideService(Ledger, ledger),
    Effect.provideService(Fetching, (event) => void (event._tag === "Said" && said.push(event.message)))
  ))
  return { following, said }
})

const seconds = (count: number) => Effect.repeat(TestClock.adjust("1 second"), { times: count - 1 })

/** Submits so many runs, has the queue say that all of them are done, and does something with it. */
const withDone = (count: number, work: (submission: string, runs: ReadonlyArray<PlannedRun>) => Effect.Effect<void, unknown, Queue | Ledger | Scope.Scope>, clock: Layer.Layer<never> = Layer.empty) =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const folder = yield* temporaryFolder
    yield* Effect.provide(Effect.gen(function*() {
      const queue = yield* Queue
      const runs = Array.from({ length: count }, (_, seed) => runOf(seed))
      const submission = yield* queue.submit(content, runs.map((run) => cellOf(run, 0)))
      yield* queue.sql`UPDATE assay_cell SET state = 'done'`
      yield* work(submission, runs)
    }), layer({ kind: "sqlite", file: join(folder, "queue.db") }))
  })).pipe(Effect.provideService(Ledger, empty), Effect.provide(clock)))

describe("who follows a submission", () => {
  it("merges its own runs, and leaves those of another to that one", () =>
    withDone(3, (submission, [one, two, three]) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* followed(submission, [one!]), { merged: ["f0"], results: ["0 done"] })
        assert.deepStrictEqual(yield* followed(submission, [two!, three!]), { merged: ["f1", "f2"], results: ["1 done", "2 done"] })
      })), 10_000)

  it("hears of runs that another who follows the same ones merged before, however many", () =>
    withDone(600, (submission, runs) =>
      Effect.gen(function*() {
        const [one, other] = [yield* followed(submission, runs), yield* followed(submission, runs)]
        assert.strictEqual(one.results.length, 600)
        assert.sameMembers([...other.results], [...one.results])
        assert.sameMembers(other.merged, one.merged)
      })), 20_000)

  it("merges a run that is done when its stages have come, and not without them", () =>
    withDone(1, (submission, [run]) =>
      Effect.gen(function*() {
        const planned = { ...run!, stages: [{ fingerprint: "s", label: "the loop" }] } as unknown as PlannedRun
        let looks = 0
        const late = { ...empty, findStage: () => Effect.sync(() => ++looks < 3 ? undefined : { id: 1, output: { hash: "h", bytes: 1, mediaType: "" } }) }
        const found = yield* Effect.provideService(followed(submission, [planned]), Ledger, late)
        assert.deepStrictEqual([found, looks], [{ merged: ["f0"], results: ["0 done"] }, 3])
      })), 10_000)

  it("has what is done, but gone, made anew, and says so", () =>
    withDone(1, (submission, [run]) =>
      Effect.gen(function*() {
        const { sql } = yield* Queue
        const planned = { ...run!, stages: [{ fingerprint: "s", label: "the loop" }] } as unknown as PlannedRun
        let [isHere, isThere] = [false, true]
        const ledger = { ...empty, findStage: () => Effect.sync(() => isHere ? { id: 1, output: { hash: "h", bytes: 1, mediaType: "" } } : undefined) }
        const { following, said } = yield* followedInTime(submission, [planned], ledger, () => isThere)
        const cell = Effect.map(sql<{ readonly state: string; readonly attempt: number }>`SELECT state, attempt FROM assay_cell`, ([row]) => `${row!.state} ${row!.attempt}`)
        yield* seconds(30)
        assert.strictEqual(yield* cell, "done 0")
        assert.match(said[0]!, /^v with seed 0 is done, but not merged yet: what the loop left is gone from \/shared, or another process here is at it\.$/)
        yield* seconds(40)
        assert.strictEqual(yield* cell, "done 0", "all of it is there: it waits for whoever has it in hand here")
        isThere = false
        yield* seconds(60)
        assert.strictEqual(yield* cell, "queued 1")
        assert.match(said.at(-1)!, /A worker looks at it once more\.$/)
        isHere = true
        yield* sql`UPDATE assay_cell SET state = 'done'`
        yield* seconds(2)
        assert.deepStrictEqual((yield* Fiber.join(following)).results, ["0 done"])
      }), TestClock.layer()), 20_000)

  it("says that nobody is there yet, and that nobody is there any more", () =>
    withDone(1, (submission, [run]) =>
      Effect.gen(function*() {
        const { sql } = yield* Queue
        yield* sql`UPDATE assay_cell SET state = 'running'`
        const { said } = yield* followedInTime(submission, [run!], empty)
        const start = "Start some, on as many machines as you like: assay worker --queue ..."
        yield* seconds(11)
        assert.deepStrictEqual(said, [`No worker is there yet. ${start}`])
        yield* sql`INSERT INTO assay_worker ${sql.insert({ id: "w", machine: machine(), pid: process.pid, beat: 0 })}`
        yield* seconds(20)
        assert.lengthOf(said, 1)
        const { pid } = spawnSync(process.execPath, ["-e", ""])
        yield* sql`UPDATE assay_worker SET pid = ${pid}`
        yield* seconds(11)
        assert.deepStrictEqual(said.slice(1), [`No worker is there any more. ${start}`])
      }), TestClock.layer()), 20_000)
})
