/** The submitter: puts the cells of a plan into a queue, follows them, and merges what they left into its runs.db. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { machine } from "../pipeline/machine.ts"
import type { PlannedRun, PlannedStage } from "../pipeline/plan/Plan.ts"
import { Fetching } from "../pipeline/run/fetching.ts"
import { Journal, type JournalError } from "../pipeline/run/journal.ts"
import { Ledger } from "../pipeline/run/ledger.ts"
import type { Event } from "../pipeline/run/Progress.ts"
import * as Runner from "../pipeline/run/Runner.ts"
import type { ExitCode } from "../pipeline/Errors.ts"
import * as Store from "../store/index.ts"
import type { AmongRound } from "../workspace/run.ts"
import type { Address } from "./address.ts"
import { layer, type News, Queue } from "./queue.ts"
import type { QueueError } from "./queueError.ts"
import * as Shared from "./Shared.ts"
import { cellOf, type Content } from "./submission.ts"

/** How often the queue is asked for news. */
const rhythm = "1 second"

/** After how many looks without any worker the user hears of it. */
const lonely = 10

/** After how many looks at a cell that is done, but whose results are gone, it is put in anew. */
const vain = 60

/** For how many cells at a time it is asked whether somebody else who follows them has merged them. */
const portion = 500

/** The next of many, a portion each time that it is called, from the first again after the last. */
const inTurn = (many: ReadonlyMap<string, unknown>) => {
  let from = 0
  return (): ReadonlyArray<string> => {
    if (from >= many.size) from = 0
    return [...many.keys()].slice(from, from += portion)
  }
}

const isFinished = ({ stages }: PlannedRun): boolean => stages.every(({ status }) => status._tag === "finished")

/** Merges what a run says of itself, whose stages are here. */
const bringRun = Effect.fnUntraced(function*({ between, run }: Shared.Shared, { fingerprint }: PlannedRun["record"]) {
  yield* (yield* Store.Transfer).take(run(fingerprint), between)
})

/** Merges what the stages of a run left, and returns those of which nothing is here all the same. */
const bringStages = Effect.fnUntraced(function*({ stages }: PlannedRun) {
  const ledger = yield* Ledger
  const found = yield* Effect.forEach(stages, ({ fingerprint }) => ledger.findStage(fingerprint))
  return stages.filter((_, i) => found[i] === undefined)
})

/** Follows runs that are in the queue until all have ended, and returns how. Others may follow at the same time, these runs or others. */
export const follow = Effect.fnUntraced(function*(submission: string, lease: number, runs: ReadonlyArray<PlannedRun>, shared: Shared.Shared, report: (event: Event) => void) {
  const queue = yield* Queue
  const say = yield* Fetching
  const open = new Map(runs.map((run) => [run.record.fingerprint, run]))
  const some = inTurn(open)
  const seen = new Set<string>()
  const waited = new Map<string, number>()
  const results = new Map<string, Runner.RunResult>()

  /** Waits for what is done, but not here, such as in another process's hands. What is gone for good is made anew. */
  const wait = Effect.fnUntraced(function*(planned: PlannedRun, missing: ReadonlyArray<PlannedStage>) {
    const { fingerprint, seed, variant } = planned.record
    const looks = (waited.get(fingerprint) ?? 0) + 1
    waited.set(fingerprint, looks)
    const labels = missing.map(({ label }) => label).join(", ")
    const what = `${variant} with seed ${seed} is done, but not merged yet: what ${labels} left`
    if (looks === 1) say({ _tag: "Said", message: `${what} is gone from ${shared.address}, or another process here is at it.` })
    if (looks % vain !== 0) return
    const transfer = yield* Store.Transfer
    const isThere = yield* Effect.forEach(missing, ({ fingerprint }) => transfer.isWhole(shared.stage(fingerprint), shared.between))
    if (isThere.every((whole) => whole)) return
    say({ _tag: "Said", message: `${what} is gone from ${shared.address}. A worker looks at it once more.` })
    yield* queue.again(submission, lease, cellOf(planned, 0))
  })

  /** Returns what is merged by that. */
  const hear = Effect.fnUntraced(function*(news: News): Effect.fn.Return<ReadonlyArray<string>, JournalError | QueueError, Ledger | Store.Transfer> {
    const planned = open.get(news.fingerprint)
    if (planned === undefined) return [] // whoever follows that one merges it
    const { seed, variant } = planned.record
    const run = { variant, seed }
    if (!seen.has(news.fingerprint)) {
      seen.add(news.fingerprint)
      report({ _tag: "RunStarted", run, stages: planned.stages.map(({ label }) => label) })
    }
    if (news.state === "running") return []
    const missing = yield* bringStages(planned)
    // it comes with the next news again, until its numbers are here: without them it would count as done
    if (news.state === "done" && missing.length > 0) {
      yield* wait(planned, missing)
      return []
    }
    yield* bringRun(shared, planned.record)
    open.delete(news.fingerprint)
    if (news.state === "failed") {
      const error = news.message ?? "unknown"
      report({ _tag: "RunFailed", run, message: error })
      results.set(news.fingerprint, { ...run, status: "failed", error, exitCode: (news.exit_code ?? 1) as ExitCode })
      return []
    }
    for (const { label } of planned.stages) report({ _tag: "StageReused", run, stage: label })
    report({ _tag: "RunFinished", run })
    results.set(news.fingerprint, { ...run, status: "done" })
    return [news.fingerprint]
  })

  const silent = Store.deathWatch(machine(), undefined, undefined, lease * 1000)
  const isAnybodyThere = Effect.map(queue.workers, (workers) => silent(workers).length < workers.length)
  for (let [alone, ever] = [0, false]; open.size > 0;) {
    const news = yield* queue.news(submission, some())
    yield* queue.merged(submission, (yield* Effect.forEach(news, hear)).flat())
    if (open.size === 0) break
    const isThere = yield* isAnybodyThere
    ;[alone, ever] = [isThere ? 0 : alone + 1, ever || isThere]
    if (alone === lonely) {
      say({ _tag: "Said", message: `No worker is there ${ever ? "any more" : "yet"}. Start some, on as many machines as you like: assay worker --queue ...` })
    }
    yield* Effect.sleep(rhythm)
  }
  return results
})

/**
 * Has the runs of a plan executed by whoever takes them from the queue at `address`, and returns how each of them ended, as `Round.execute`
 * does. What is finished on this machine is given to the others. Stopped, the workers go on; the same call takes it up again. Where all is
 * finished, the queue is not asked.
 */
export const execute = (round: AmongRound, content: Omit<Content, "shared">, shared: Shared.Shared, address: Address, report: (event: Event) => void) => {
  const { plan, settings, within } = round
  const here = plan.runs.filter(isFinished)
  const away = plan.runs.filter((run) => !isFinished(run))
  const known = [...new Set(away.flatMap(({ stages }) => stages.flatMap(({ fingerprint, status }) => status._tag === "finished" ? [fingerprint] : [])))]

  const submitted = Effect.gen(function*() {
    yield* Effect.forEach(known, (fingerprint) => Shared.giveStage(shared, fingerprint), { discard: true })
    const all = { ...content, shared: { address: shared.address, id: shared.id } }
    const submission = yield* (yield* Queue).submit(all, away.map((run) => cellOf(run, 0)))
    return yield* follow(submission, content.lease, away, shared, report)
  })

  const work = Effect.gen(function*() {
    const queue = away.length === 0 ? undefined : yield* Layer.build(layer(address)) // before anything else, as it may be out of reach
    const journal = yield* Journal
    yield* Runner.openExperiment(plan, settings)
    const ids = yield* Runner.openRuns(plan.runs, settings)
    const idOf = new Map(plan.runs.map(({ record }, i) => [record.fingerprint, ids[i]!]))
    // a run that ended while nobody followed: what it says of itself comes before what is said of it here
    yield* Effect.forEach(here, Effect.fnUntraced(function*({ record, stages }) {
      if (!(yield* journal.isDone(idOf.get(record.fingerprint)!, stages))) yield* bringRun(shared, record)
    }), { discard: true })
    const done = yield* Runner.execute(here, here.map(({ record }) => idOf.get(record.fingerprint)!), settings)
    const ended = queue === undefined ? new Map<string, Runner.RunResult>() : yield* Effect.provideContext(submitted, queue)
    here.forEach(({ record }, i) => ended.set(record.fingerprint, done[i]!))
    const results = plan.runs.map(({ record }) => ended.get(record.fingerprint)!)
    yield* Runner.retire(plan, ids, results)
    return results
  }).pipe(Effect.scoped)
  // the logs of the runs come with them
  return within(() => {}, work, { experiment: plan.experiment, runs: [] })
}
