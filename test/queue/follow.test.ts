/** Several who follow one submission at once, at a queue in a file; what workers do is written there by the test. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import type { PlannedRun } from "../../src/pipeline/plan/Plan.ts"
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

const shared = { between: Store.Between.folder("/nowhere"), run: (fingerprint: string) => fingerprint } as Shared.Shared

/** Follows runs, and returns how they ended and what was merged. */
const followed = Effect.fnUntraced(function*(submission: string, runs: ReadonlyArray<PlannedRun>) {
  const merged: Array<string> = []
  const results = yield* Effect.provideService(follow(submission, runs, shared, () => {}), Store.Transfer, {
    give: () => Effect.void,
    take: (name) => Effect.sync(() => void merged.push(name))
  })
  return { merged, results: [...results.values()].map(({ seed, status }) => `${seed} ${status}`) }
})

/** Submits so many runs, has the queue say that all of them are done, and does something with it. */
const withDone = (count: number, work: (submission: string, runs: ReadonlyArray<PlannedRun>) => Effect.Effect<void, unknown, Queue | Ledger>) =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const folder = yield* temporaryFolder
    yield* Effect.provide(Effect.gen(function*() {
      const queue = yield* Queue
      const runs = Array.from({ length: count }, (_, seed) => runOf(seed))
      const submission = yield* queue.submit(content, runs.map((run) => cellOf(run, 0)))
      yield* queue.sql`UPDATE assay_cell SET state = 'done'`
      yield* work(submission, runs)
    }), layer({ kind: "sqlite", file: join(folder, "queue.db") }))
  })).pipe(Effect.provideService(Ledger, empty)))

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
})
