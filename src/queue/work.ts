/** The worker: takes cells from a queue and runs them on this machine, until nothing is left. */
import * as path from "node:path"
import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { checkResources } from "../pipeline/plan/checkResources.ts"
import type { Plan, PlannedRun, PlannedStage } from "../pipeline/plan/Plan.ts"
import { Claims } from "../pipeline/run/Claims.ts"
import * as Executor from "../pipeline/run/Executor.ts"
import { JournalError } from "../pipeline/run/journal.ts"
import { Ledger } from "../pipeline/run/ledger.ts"
import type { Event } from "../pipeline/run/Progress.ts"
import * as Resources from "../pipeline/run/Resources.ts"
import * as Runner from "../pipeline/run/Runner.ts"
import * as Store from "../store/index.ts"
import * as Workspace from "../workspace/index.ts"
import { type AmongRound, prepareAmong, type Services } from "../workspace/run.ts"
import { beAt } from "./beats.ts"
import { claimsOf } from "./claims.ts"
import { type Open, Queue } from "./queue.ts"
import { QueueError } from "./queueError.ts"
import * as Shared from "./Shared.ts"
import { difference, repositoryOf, sourceOf } from "./source.ts"
import { type Cell, type Content, planOptions } from "./submission.ts"

export interface Options {
  /** Study files of this machine; of all, where none is named. */
  readonly studies: ReadonlyArray<string>
  /** Cells side by side, at least 1. */
  readonly jobs: number
  /** What there is for stages to share, beside the machine's cores and memory. */
  readonly have: { readonly [name: string]: number }
  /** Where this machine has what all share, if not where the submitter has it. */
  readonly shared: string | undefined
  /** Seconds without anything to do after which it ends. */
  readonly idle: number
  readonly say: (words: string) => void
  readonly listen: (event: Event) => void
}

/** How often a cell may be delivered: one that ends its worker so often will end the next one, too. */
const deliveries = 5

const refused = (message: string, cause?: unknown) => new QueueError({ reason: "refused", message, cause })

/** What is wrong with a submission on this machine is no fault of the worker, which may do for others; without its own database or the queue it can do nothing. */
const refusing = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, (error) => {
    const isOwn = error instanceof JournalError || error instanceof Store.StoreError || (error instanceof QueueError && error.reason === "away")
    return isOwn ? error : refused(error.message, error)
  })

/** The study file of a submission on this machine; undefined where it is none of those that were named. */
const fileOf = Effect.fnUntraced(function*({ source }: Content, studies: ReadonlyArray<string>) {
  for (const file of studies) if ((yield* sourceOf(file)).file === source.file) return file
  return studies.length > 0 ? undefined : path.resolve(repositoryOf(process.cwd()) ?? "", source.file)
})

/** What differs between a run as it was submitted and as it would be here. */
const mismatch = (cell: Cell, planned: PlannedRun | undefined): string | undefined => {
  if (planned === undefined) return `${cell.variant} with seed ${cell.seed} is not in the study here.`
  if (planned.record.fingerprint === cell.fingerprint) return undefined
  const i = planned.stages.findIndex(({ fingerprint, label }, i) => cell.stages[i]?.fingerprint !== fingerprint || cell.stages[i]?.label !== label)
  const label = planned.stages[i]?.label ?? "its last stage"
  return `${cell.variant} with seed ${cell.seed}: the stage "${label}" has another fingerprint here than where it was submitted. ` +
    "Code, a package, a model or data differ: bring the same ones here."
}

/** Fails where a cell has stages that count as finished, but whose results are gone, and this machine lacks what it takes to execute them again. */
const checkGone = Effect.fnUntraced(function*(plan: Plan, planned: PlannedRun, have: Resources.Amounts) {
  const ledger = yield* Ledger
  const check = (ahead: PlannedRun["stages"]) =>
    checkResources({ ...plan, runs: [{ ...planned, stages: ahead.map((stage) => ({ ...stage, status: { _tag: "runs" } })) }] }, have)
  const isGone = ({ fingerprint }: PlannedStage) => Effect.map(ledger.findStage(fingerprint), (found) => found === undefined)
  yield* Effect.catch(check(planned.stages), () => Effect.flatMap(Effect.filter(planned.stages, isGone), check))
})

/** A submission that this machine can work on. */
const accept = Effect.fnUntraced(function*(workspace: Workspace.Workspace, { content }: Open, file: string, worker: string, options: Options) {
  const wrong = difference(yield* sourceOf(file), content.source)
  if (wrong !== undefined) return yield* refused(wrong)
  const shared = yield* Shared.open(options.shared ?? content.shared.address, content.shared.id)
  const queue = yield* Queue
  const study = yield* Workspace.loadStudy(file)
  const among = (services: Context.Context<Services>) =>
    Shared.sharing(Context.add(services, Claims, claimsOf(queue, worker, Context.get(services, Claims))), shared, Shared.workersLedger)
  const place = { ...workspace, generated: content.generated }
  const first = yield* prepareAmong(place, study, { ...planOptions(content, content.seed), jobs: options.jobs, have: options.have, among })
  yield* first.within(() => {}, Runner.openExperiment(first.plan, first.settings))
  let [seed, round]: [number, AmongRound] = [content.seed, first]
  const commons = new Map<number, Executor.Common>()

  /** The plan of one seed; cells come seed by seed. */
  const ofSeed = Effect.fnUntraced(function*(wanted: number) {
    if (wanted === seed) return round
    ;[seed, round] = [wanted, yield* refusing(first.planned(planOptions(content, wanted)))]
    commons.clear()
    return round
  })

  /** What cells of a seed know of each other: how a stage failed, too, but not to those that are submitted again after that. */
  const commonOf = (plan: Plan, attempt: number): Executor.Common => {
    const found = commons.get(attempt) ?? Executor.common(plan.runs)
    commons.set(attempt, found)
    return found
  }

  return {
    /** Runs a cell, shares what it left, and says how it ended. */
    run: Effect.fnUntraced(function*(cell: Cell) {
      const { plan, settings, within } = yield* ofSeed(cell.seed)
      const planned = plan.runs.find(({ record }) => record.variant === cell.variant)
      const wrong = mismatch(cell, planned)
      if (wrong !== undefined) return yield* refused(wrong)
      const runs = [planned!]
      const opened = Effect.map(Runner.openRuns(runs, settings), ([id]) => id!)
      const id = yield* within(() => {}, Effect.andThen(refusing(checkGone(plan, planned!, { ...Resources.ofMachine(), ...options.have })), opened))
      const [result] = yield* within(options.listen, Runner.execute(runs, [id], settings, commonOf(plan, cell.attempt)), { ...plan, runs })
      yield* within(() => {}, Effect.gen(function*() {
        if (result!.status === "done") yield* Effect.forEach(cell.stages, ({ fingerprint }) => Shared.giveStage(shared, fingerprint), { discard: true })
        yield* Shared.giveRun(shared, cell.fingerprint, id)
      }), { ...plan, runs: [] })
      return result!
    })
  }
}, (effect) => refusing(effect))

/** Works on one submission until nobody needs this worker there. */
const workOn = Effect.fnUntraced(function*(workspace: Workspace.Workspace, submission: Open, file: string, others: (open: ReadonlyArray<Open>) => boolean, options: Options) {
  const queue = yield* Queue
  const { content: { lease }, id } = submission
  const worker = `${randomUUID()}`
  yield* beAt(queue, worker, lease)
  const study = yield* accept(workspace, submission, file, worker, options)
  const cells = yield* queue.taking(id, lease)
  const failed = yield* Deferred.make<never, unknown>()
  let hands = 0

  const handle = Effect.fnUntraced(function*(cell: Cell, attempts: number) {
    if (!(yield* queue.begin(id, cell, worker))) return
    if (attempts > deliveries) {
      yield* queue.end(id, cell, "failed", `${deliveries} workers began it, and none came to its end: it may be what ended them, as by more memory than there is.`)
      return
    }
    const result = yield* study.run(cell)
    if (result.everybodys === true) return yield* refused(result.error ?? "This machine cannot go on.")
    yield* result.status === "done" ? queue.end(id, cell, "done") : queue.end(id, cell, "failed", result.error ?? null, result.exitCode ?? null)
  })

  const taker = Effect.forever(cells.take((cell, { attempts }) =>
    Effect.suspend(() => {
      hands += 1
      return handle(cell, attempts)
    }).pipe(
      // what goes wrong with this worker is none of the cell's: another one takes it
      Effect.onError((cause) => Effect.andThen(queue.leave(id, cell, worker), Deferred.failCause(failed, cause))),
      Effect.catchCause(() => Effect.interrupt),
      Effect.ensuring(Effect.sync(() => void (hands -= 1)))
    )
  ))

  const needed = Effect.gen(function*() {
    for (;;) {
      yield* Effect.sleep("1 second")
      if (hands > 0) continue
      const open = yield* queue.open
      const own = open.find((one) => one.id === id)
      if (own === undefined || (own.queued === 0 && others(open))) return
    }
  })

  yield* Effect.raceFirst(
    Effect.raceFirst(needed, Deferred.await(failed)),
    Effect.forEach(Array.from({ length: options.jobs }, () => taker), (taker) => taker, { concurrency: options.jobs, discard: true })
  )
}, Effect.scoped)

/**
 * Takes cells of every submission that is for this machine, one submission after the other, until nothing has been left to do for `idle`
 * seconds. Fails with `QueueError` (reason "refused") where all that there is to do is for other machines, and says why.
 */
export const work = Effect.fnUntraced(function*(workspace: Workspace.Workspace, options: Options) {
  const queue = yield* Queue
  const no = new Map<string, QueueError>()
  const files = new Map<string, string>()

  /** Submissions that may be for this machine. */
  const forUs = Effect.fnUntraced(function*(open: ReadonlyArray<Open>) {
    for (const one of open) {
      if (files.has(one.id) || no.has(one.id)) continue
      const file = yield* fileOf(one.content, options.studies)
      if (file !== undefined) files.set(one.id, file)
    }
    return open.filter(({ id }) => files.has(id) && !no.has(id))
  })
  const others = (id: string) => (open: ReadonlyArray<Open>) =>
    open.some((one) => one.id !== id && one.queued > 0 && files.has(one.id) && !no.has(one.id))

  for (let idle = 0;; idle += 1) {
    const open = yield* queue.open
    const ours = yield* forUs(open)
    const next = ours.find(({ queued }) => queued > 0) ?? ours[0]
    if (next !== undefined) {
      idle = -1
      options.say(`${next.content.experiment}: ${next.queued} cells to take, ${next.running} in other hands.`)
      const exit = yield* Effect.exit(workOn(workspace, next, files.get(next.id)!, others(next.id), options))
      if (exit._tag === "Success") continue
      const refusal = exit.cause.reasons.flatMap((reason) => reason._tag === "Fail" && reason.error instanceof QueueError && reason.error.reason === "refused" ? [reason.error] : [])[0]
      if (refusal === undefined) return yield* Effect.failCause(exit.cause)
      no.set(next.id, refusal)
      options.say(`${next.content.experiment}: not by this worker. ${refusal.message}`)
      continue
    }
    const refusal = open.flatMap(({ id }) => no.get(id) ?? [])[0]
    if (refusal !== undefined) return yield* refusal
    if (idle >= options.idle) return
    yield* Effect.sleep("1 second")
  }
})
