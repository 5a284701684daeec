import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Buffer from "./RecordBuffer.ts"
import { Execution } from "./execution.ts"
import { type FinishedStage, Journal } from "./journal.ts"
import { passesThrough } from "../plan/Lineage.ts"
import { messageOf } from "../reason.ts"
import * as Outputs from "./StageOutput.ts"
import type { PlannedStage } from "../plan/Plan.ts"
import { Progress, type RunName } from "./Progress.ts"
import { Recorder, StageKey, Workspace } from "./services.ts"
import type { Session } from "./LivePolicy.ts"

/** A stage that a run has come to. */
export interface Request {
  /** Id of the run. */
  readonly id: number
  readonly run: RunName
  readonly position: number
  readonly stage: PlannedStage
  readonly session: Session
}

export interface Executor {
  /** Makes sure that the stage is finished and linked to the run. Earlier stages of the run must be. */
  readonly obtain: (request: Request) => Effect.Effect<void, unknown, Journal>
}

/** The executor of one plan: knows what is finished, and sees that nothing is executed twice. */
export const make = Effect.gen(function*() {
  const journal = yield* Journal
  const workspace = yield* Workspace
  const report = yield* Progress
  const finished = new Map<string, FinishedStage>()
  const values = new Map<string, unknown>()
  const known = new Map<string, PlannedStage>()
  /** Sources that ran in this process. */
  const fresh = new Set<string>()
  const underWay = new Map<string, Deferred.Deferred<FinishedStage, unknown>>()

  /** What an earlier stage returned, read back only when somebody asks. */
  const valueOf = Effect.fnUntraced(function*(fingerprint: string) {
    if (!values.has(fingerprint)) values.set(fingerprint, yield* Outputs.read(finished.get(fingerprint)!.output))
    return values.get(fingerprint)
  })

  /**
   * Runs a reused source again before something new reads what it made: its files may have been deleted meanwhile, and a
   * source that finds them does next to nothing.
   */
  const refreshSource = Effect.fnUntraced(function*({ stage: { inputs } }: Request) {
    let source: PlannedStage | undefined
    for (let next = inputs.find(({ role }) => role === "input"); next !== undefined;) {
      source = known.get(next.fingerprint)
      next = source?.inputs.find(({ role }) => role === "input")
    }
    if (source?.stage.kind !== "data" || source.stage.subject !== "ignores" || fresh.has(source.fingerprint)) return
    fresh.add(source.fingerprint)
    const services = Context.make(StageKey, source.key).pipe(
      Context.add(Recorder, Buffer.buffer(() => {}).recorder),
      Context.add(Workspace, workspace)
    )
    const effect = source.stage.run(undefined as never) as Effect.Effect<unknown, unknown, never>
    yield* Effect.provideContext(effect, services)
  })

  const inputOf = ({ stage: { inputs } }: Request) => {
    const input = inputs.find(({ role }) => role === "input")
    return input === undefined ? Effect.void : valueOf(input.fingerprint)
  }

  /** The policy's services in the state that the stage is to find, for stages that touch the policy. */
  const policyFor = ({ session, stage }: Request) => {
    if (stage.stage.subject === "ignores") return Effect.succeed(Context.empty())
    const left = stage.inputs.find(({ role }) => role === "subject")
    const state = left === undefined
      ? undefined
      : { fingerprint: left.fingerprint, path: journal.artifactPath(finished.get(left.fingerprint)!.subject!) }
    return stage.stage.subject === "changes" ? session.reset(state) : session.at(state)
  }

  const execution = ({ run, stage }: Request, id: number): Execution["Service"] => ({
    stage: id,
    stepped: (done, steps, metrics) => report({ _tag: "StepCommitted", run, stage: stage.label, done, steps, metrics }),
    progress: (done, total, label) => report({ _tag: "StageProgress", run, stage: stage.label, done, total, label })
  })

  const work = Effect.fnUntraced(function*(request: Request, id: number) {
    const { session, stage: { fingerprint, key, stage } } = request
    yield* refreshSource(request)
    const input = yield* inputOf(request)
    const policy = yield* policyFor(request)
    const progress = execution(request, id)
    const buffer = Buffer.buffer(progress.progress)
    const services = Context.make(StageKey, key).pipe(
      Context.add(Recorder, buffer.recorder),
      Context.add(Execution, progress),
      Context.add(Workspace, workspace),
      Context.add(Journal, journal),
      Context.merge(policy)
    )
    // types of input and services were checked when the pipeline was composed
    const effect = stage.run(input as never) as Effect.Effect<unknown, unknown, never>
    fresh.add(fingerprint)
    const returned = yield* Effect.provideContext(effect, services)
    const output = yield* Outputs.write(passesThrough(stage) ? null : returned)
    values.set(fingerprint, output.value)
    const subject = stage.subject === "changes"
      ? yield* journal.putArtifact("application/octet-stream", (path) => session.save(fingerprint, path))
      : undefined
    const result = { output: output.artifact, subject }
    yield* journal.closeStage(id, stage.kind === "loop" ? result : { ...result, records: buffer.record(0) })
    return { id, ...result }
  })

  const execute = Effect.fnUntraced(function*(request: Request) {
    const { id: run, position, run: name, stage: planned } = request
    const { fingerprint, inputs, label, preimage, stage: { config, kind, name: stageName } } = planned
    report({ _tag: "StageStarted", run: name, stage: label })
    const id = yield* journal.openStage({ fingerprint, kind, name: stageName, config, preimage, inputs })
    if (planned.forced) yield* journal.rewind(id, -1)
    yield* journal.linkStage(run, position, id, false)
    return yield* work(request, id).pipe(
      Effect.onError((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.void
        const message = messageOf(cause)
        report({ _tag: "StageFailed", run: name, stage: label, message })
        return Effect.ignore(journal.failStage(id, message)) // the stage's own failure is what must be seen
      }),
      Effect.tap(() => Effect.sync(() => report({ _tag: "StageFinished", run: name, stage: label })))
    )
  })

  const reuse = Effect.fnUntraced(function*({ id, position, run, stage }: Request, found: FinishedStage) {
    yield* journal.linkStage(id, position, found.id, true)
    report({ _tag: "StageReused", run, stage: stage.label })
  })

  const obtain = Effect.fnUntraced(function*(request: Request) {
    const { fingerprint, forced } = request.stage
    known.set(fingerprint, request.stage)
    const other = underWay.get(fingerprint)
    if (other !== undefined) return yield* reuse(request, yield* Deferred.await(other))
    const own = Deferred.makeUnsafe<FinishedStage, unknown>()
    underWay.set(fingerprint, own)
    const settle = Effect.gen(function*() {
      const found = forced ? undefined : yield* journal.findStage(fingerprint)
      const result = found ?? (yield* execute(request))
      finished.set(fingerprint, result)
      return { result, reused: found !== undefined }
    })
    const { result, reused } = yield* Effect.onExit(settle, (exit) =>
      Deferred.done(own, Exit.map(exit, ({ result }) => result)))
    if (reused) yield* reuse(request, result)
  })

  const executor: Executor = { obtain }
  return executor
})
