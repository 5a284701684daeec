/** The executor of a plan: obtains the stages of its runs, and sees that nothing is executed twice. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { BrokenStage } from "../Errors.ts"
import type { PlannedStage } from "../plan/Plan.ts"
import { messageOf } from "../reason.ts"
import { Answers } from "./answers.ts"
import { Artifacts } from "./artifacts.ts"
import * as Claims from "./Claims.ts"
import { Execution } from "./execution.ts"
import { Journal } from "./journal.ts"
import { type FinishedStage, Ledger } from "./ledger.ts"
import type { LivePolicy } from "./LivePolicy.ts"
import { placeKey } from "./logged.ts"
import { Progress, type RunName } from "./Progress.ts"
import { resourcesOf } from "../plan/checkResources.ts"
import { checkUnchanged } from "../plan/checkUnchanged.ts"
import * as RecordBuffer from "./RecordBuffer.ts"
import type { KeptRecord } from "./Records.ts"
import * as Resources from "./Resources.ts"
import { Generated, History, Recorder, Spool, StageKey } from "./services.ts"
import { spoolIn } from "./spool.ts"
import * as StageOutput from "./StageOutput.ts"

/** What a stage returned, in an object that tells whether somebody still has it. */
interface Value {
  readonly value: unknown
}

/** What a run has come to so far. It goes with the run, so that many runs take no more memory than few. */
export interface Past {
  readonly known: Map<string, PlannedStage>
  readonly finished: Map<string, FinishedStage>
  readonly values: Map<string, Value>
}

export const past = (): Past => ({ known: new Map(), finished: new Map(), values: new Map() })

/** A stage that a run has come to. */
export interface Request {
  /** Id of the run. */
  readonly id: number
  readonly run: RunName
  readonly position: number
  readonly stage: PlannedStage
  readonly policy: LivePolicy
  readonly past: Past
}

/** What runs of one process know of each other. */
export interface Common {
  /** Fingerprints of stages that more than one of them has. */
  readonly shared: ReadonlySet<string>
  /** Repeatable stages that ran in this process to their end. */
  readonly fresh: Set<string>
  readonly making: ReturnType<typeof Claims.local>
  /** Shared stages that this process came to the end of, whichever it was: a failure is everybody's who waited for it. */
  readonly ended: Map<string, Exit.Exit<FinishedStage, unknown>>
  /** Values of shared stages, for as long as a run that goes on has them. */
  readonly alive: Map<string, WeakRef<Value>>
}

/** What comes more than once. */
const repeated = (names: ReadonlyArray<string>): ReadonlySet<string> => {
  const seen = new Set<string>()
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)))
}

/** Of runs that have not begun. */
export const common = (runs: ReadonlyArray<{ readonly stages: ReadonlyArray<PlannedStage> }>): Common => ({
  shared: repeated(runs.flatMap(({ stages }) => stages.map(({ fingerprint }) => fingerprint))),
  fresh: new Set(),
  making: Claims.local(),
  ended: new Map(),
  alive: new Map()
})

export interface Executor {
  /** Makes sure that the stage is finished and linked to the run. Earlier stages of the run must be. */
  readonly obtain: (request: Request) => Effect.Effect<void, unknown>
}

/** An executor of runs. */
export const make = Effect.fnUntraced(function*({ alive, ended, fresh, making, shared }: Common) {
  const [artifacts, claims, journal, ledger] = [yield* Artifacts, yield* Claims.Claims, yield* Journal, yield* Ledger]
  const generated = yield* Generated
  const report = yield* Progress
  const { hold } = yield* Resources.Resources

  const note = (fingerprint: string, exit: Exit.Exit<FinishedStage, unknown>) => {
    if (shared.has(fingerprint)) ended.set(fingerprint, exit)
  }

  const hand = ({ values }: Past, fingerprint: string, held: Value) => {
    values.set(fingerprint, held)
    if (shared.has(fingerprint)) alive.set(fingerprint, new WeakRef(held))
    return held.value
  }

  /** What an earlier stage returned, read back only when somebody asks. */
  const valueOf = Effect.fnUntraced(function*(past: Past, fingerprint: string) {
    const held = past.values.get(fingerprint) ?? alive.get(fingerprint)?.deref()
    if (held !== undefined) return hand(past, fingerprint, held)
    const read = StageOutput.read(past.finished.get(fingerprint)!.output)
    return hand(past, fingerprint, { value: yield* Effect.provideService(read, Artifacts, artifacts) })
  })

  const spool = Effect.suspend(() => spoolIn(`${generated.folder}/rows`))

  const inputOf = ({ past, stage: { inputs } }: Request) => {
    const input = inputs.find(({ role }) => role === "input")
    return input === undefined ? Effect.void : valueOf(past, input.fingerprint)
  }

  /** The policy's services in the state that the stage is to find, for stages that touch the policy. */
  const policyFor = Effect.fnUntraced(function*({ past, policy, stage }: Request) {
    if (stage.stage.subject === "ignores") return Context.empty()
    const left = stage.inputs.find(({ role }) => role === "subject")
    const state = left === undefined
      ? undefined
      : { fingerprint: left.fingerprint, path: yield* artifacts.fetch(past.finished.get(left.fingerprint)!.subject!) }
    return yield* stage.stage.subject === "changes" ? policy.reset(state) : policy.at(state)
  })

  /** Runs a reused source again, when it is repeatable, before something new reads what it made. */
  const refreshSource = Effect.fnUntraced(function*(request: Request) {
    let source: PlannedStage | undefined
    for (let next = request.stage.inputs.find(({ role }) => role === "input"); next !== undefined;) {
      source = request.past.known.get(next.fingerprint)
      next = source?.inputs.find(({ role }) => role === "input")
    }
    if (source === undefined || !source.stage.repeatable || fresh.has(source.fingerprint)) return
    yield* making.claim(source.fingerprint, repeat(request, source)) // whoever comes later waits for the files, too
  })

  const repeat = Effect.fnUntraced(function*(request: Request, source: PlannedStage) {
    if (fresh.has(source.fingerprint)) return
    const services = Context.make(StageKey, source.key).pipe(
      Context.add(Recorder, RecordBuffer.make(() => {}).recorder),
      Context.add(History, history(request.past, source)),
      Context.add(Generated, generated),
      Context.add(Spool, yield* spool),
      Context.merge(yield* policyFor({ ...request, stage: source }))
    )
    const effect = source.stage.run(undefined as never) as Effect.Effect<unknown, unknown, never>
    yield* Effect.provideContext(effect, services)
    fresh.add(source.fingerprint)
  }, Effect.scoped)

  /** Stages before one, the nearest first: each before what it read itself. */
  const before = ({ known }: Past, { inputs }: PlannedStage): ReadonlyArray<PlannedStage> => {
    const found = new Set(inputs.flatMap(({ fingerprint }) => known.get(fingerprint) ?? []))
    for (const stage of found) for (const { fingerprint } of stage.inputs) if (known.has(fingerprint)) found.add(known.get(fingerprint)!)
    return [...found]
  }

  const history = (past: Past, stage: PlannedStage): History["Service"] => ({
    curve: Effect.fnUntraced(function*(metric) {
      for (const { fingerprint } of before(past, stage)) {
        const values = yield* ledger.curve(fingerprint, metric)
        if (values.length > 0) return values
      }
      return []
    })
  })

  const execution = ({ run, stage }: Request, id: number, kept: Array<KeptRecord>): Execution["Service"] => ({
    stage: id,
    fingerprint: stage.fingerprint,
    stepped: (done, steps, metrics) => report({ _tag: "StepCommitted", run, stage: stage.label, done, steps, metrics }),
    progress: (done, total, label) => report({ _tag: "StageProgress", run, stage: stage.label, done, total, label }),
    keep: (record) => {
      kept.push(record)
    }
  })

  const work = Effect.fnUntraced(function*(request: Request, id: number) {
    const { policy, stage: { fingerprint, key, stage } } = request
    yield* refreshSource(request)
    const input = yield* inputOf(request)
    const policyServices = yield* policyFor(request)
    const kept: Array<KeptRecord> = []
    const progress = execution(request, id, kept)
    const buffer = RecordBuffer.make(progress.progress)
    const services = Context.make(StageKey, key).pipe(
      Context.add(Recorder, buffer.recorder),
      Context.add(Execution, progress),
      Context.add(History, history(request.past, request.stage)),
      Context.add(Generated, generated),
      Context.add(Spool, yield* spool),
      Context.add(Journal, journal),
      Context.add(Artifacts, artifacts),
      Context.add(Answers, {
        find: (key) => journal.findAnswer(id, key),
        keep: (key, answer) => journal.keepAnswer(id, key, answer)
      }),
      Context.merge(policyServices)
    )
    // types of input and services were checked when the pipeline was composed
    const effect = stage.run(input as never) as Effect.Effect<unknown, unknown, never>
    const returned = yield* Effect.provideContext(effect, services)
    if (stage.repeatable) fresh.add(fingerprint)
    const output = yield* StageOutput.write(stage.gives === "input" ? null : returned).pipe(
      Effect.catchDefect((defect) => Effect.die(BrokenStage.of(stage.name, stage.place, defect))),
      Effect.provideService(Artifacts, artifacts)
    )
    hand(request.past, fingerprint, { value: output.value })
    const subject = stage.subject === "changes"
      ? yield* artifacts.put("application/octet-stream", (path) => policy.save(fingerprint, path))
      : undefined
    const result = { output: output.artifact, subject }
    const records = stage.steps === undefined ? buffer.record(0) : undefined
    yield* checkUnchanged(stage)
    yield* journal.closeStage(id, { ...result, kept, records })
    return { id, ...result }
  }, Effect.scoped)

  /** Whether a failure is the stage's own, and not that somebody stopped it or took it over. */
  const isOwn = (fingerprint: string, cause: Cause.Cause<unknown>) =>
    Cause.hasInterruptsOnly(cause) ? Effect.succeed(false) : Effect.orElseSucceed(claims.holds(fingerprint), () => true)

  const execute = Effect.fnUntraced(function*(request: Request) {
    const { id: run, position, run: name, stage: planned } = request
    const { fingerprint, inputs, label, preimage, stage: { config, kind, metrics, name: stageName } } = planned
    report({ _tag: "StageStarted", run: name, stage: label })
    const id = yield* journal.openStage({ fingerprint, kind, name: stageName, config, preimage, inputs, metrics })
    if (planned.forced) yield* Effect.andThen(journal.rewind(id, -1), journal.forgetAnswers(id))
    yield* journal.linkStage({ run, position, stage: id, label, reused: false })
    return yield* work(request, id).pipe(
      // of a fiber that is stopped from outside, no handler is called
      Effect.catchCauseIf(Cause.hasInterruptsOnly, () => Effect.die(BrokenStage.interrupted(planned.stage))),
      Effect.annotateLogs({ [placeKey]: { ...name, stage: label } }),
      Effect.onError(Effect.fnUntraced(function*(cause) {
        if (!(yield* isOwn(fingerprint, cause))) return
        const message = messageOf(cause)
        report({ _tag: "StageFailed", run: name, stage: label, message })
        yield* Effect.ignore(journal.failStage(id, message)) // the stage's own failure is what must be seen
      })),
      Effect.tap(() => Effect.sync(() => report({ _tag: "StageFinished", run: name, stage: label })))
    )
  })

  const reuse = Effect.fnUntraced(function*({ id, position, run, stage }: Request, found: FinishedStage) {
    yield* journal.linkStage({ run: id, position, stage: found.id, label: stage.label, reused: true })
    report({ _tag: "StageReused", run, stage: stage.label })
  })

  /** Reuses a stage that is finished, or failed for somebody else, and says whether it was. */
  const reuseEnded = Effect.fnUntraced(function*(request: Request) {
    const { fingerprint, forced } = request.stage
    const already = ended.get(fingerprint)
    const isKnown = already !== undefined && Exit.isSuccess(already)
    // what failed here somebody else may have finished since
    const found = (isKnown || forced ? undefined : yield* ledger.findStage(fingerprint)) ?? (already === undefined ? undefined : yield* already)
    if (found === undefined) return false
    note(fingerprint, Exit.succeed(found))
    request.past.finished.set(fingerprint, found)
    yield* reuse(request, found)
    return true
  })

  /** Under the claim: whoever comes first executes, the others find what came of it. */
  const obtainOnce = Effect.fnUntraced(function*(request: Request) {
    if (yield* reuseEnded(request)) return
    const { fingerprint } = request.stage
    const exit = yield* Effect.exit(hold(resourcesOf(request.stage.stage))(execute(request)))
    if (Exit.isSuccess(exit) || (yield* isOwn(fingerprint, exit.cause))) note(fingerprint, exit)
    request.past.finished.set(fingerprint, yield* exit)
  })

  const executor: Executor = {
    obtain: Effect.fnUntraced(function*(request) {
      request.past.known.set(request.stage.fingerprint, request.stage)
      // what is finished needs no claim
      if (!(yield* reuseEnded(request))) yield* claims.claim(request.stage.fingerprint, obtainOnce(request))
    })
  }
  return executor
})
