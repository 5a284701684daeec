/** Plans of a study on a workspace, with the reasons of every stage. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Plan from "../pipeline/plan/Plan.ts"
import * as Tokens from "../pipeline/plan/Tokens.ts"
import * as Probes from "../pipeline/plan/Probes.ts"
import { exits } from "../pipeline/Errors.ts"
import { empty, Ledger } from "../pipeline/run/ledger.ts"
import * as Store from "../store/index.ts"
import { requireNotImported } from "./importLogs/origin.ts"
import type { Study } from "./loadStudy.ts"
import { type Supply, supplies } from "./supplies.ts"
import * as Estimate from "./why/Estimate.ts"
import * as Needed from "./why/Needed.ts"
import * as Reasons from "./why/Reasons.ts"
import type { Workspace } from "./workspace.ts"

/** A plan, and why each stage of each run is in its state, in the same order. */
export interface Explained {
  readonly plan: Plan.Plan
  readonly why: ReadonlyArray<ReadonlyArray<string>>
  /** What it will take; undefined where nothing is to run. */
  readonly estimate: Estimate.Estimate | undefined
  /** What would be fetched first. */
  readonly supplies: ReadonlyArray<Supply>
  /** What policies elsewhere said. */
  readonly probed: ReadonlyArray<Probes.Probed>
  /** What those that may be billed are going to be asked for. */
  readonly bills: ReadonlyArray<Tokens.Bill>
}

/** What is planned of a study. */
export interface Options extends Plan.Options {
  /** Take executions whose files are gone for finished, where nothing that is to run reads them. */
  readonly needed?: boolean | undefined
}

/** The database; undefined where there is none, or but the empty file of which another process is making one. */
const opened = ({ db }: Workspace) =>
  Store.openForReading({ file: db }).pipe(Effect.catchIf(({ reason }) => reason === "absent", () => Effect.undefined))

/** The ledger to plan with: creates nothing where there is no database. */
const ledger = ({ db, objects }: Workspace, handle: Store.Handle | undefined): Layer.Layer<Ledger, Store.StoreError> =>
  handle === undefined ? Layer.succeed(Ledger, empty) : Store.layer({ file: db, objects })

/** Where there is no database, everything runs for the first time. */
const nothingBefore: Reasons.Reason = ({ stages }) =>
  Effect.succeed(stages.map((stage) => Reasons.known(stage) ?? "for the first time"))

/**
 * What a run with the same options would do, and why. Runs nothing, and writes nothing where there is no database. Policies
 * elsewhere are asked once; one that is not there now is no failure, as it may be when the study runs.
 *
 * Fails as `Plan.plan` does, with `UnfitPolicy`, and as running it would where imported logs have its name.
 */
export const plan = Effect.fn("Workspace.plan")(function*(workspace: Workspace, study: Study, { needed = false, ...options }: Options = {}) {
  const handle = yield* opened(workspace)
  const whole = yield* Layer.build(ledger(workspace, handle))
  const first = yield* Effect.provideContext(Plan.plan(study.experiment, options), whole)
  const gone = needed && handle !== undefined ? yield* Needed.unneededIn(handle, first) : new Set<string>()
  const made = handle === undefined || gone.size === 0 ? first : yield* Plan.plan(study.experiment, options).pipe(
    Effect.provideService(Ledger, Needed.content(Context.get(whole, Ledger), handle, gone))
  )
  const probed = yield* Probes.probe(made, 0)
  yield* Probes.unfit(made, probed, ({ exitCode }) => exitCode === exits.invalid)
  if (handle !== undefined) yield* requireNotImported(handle, made.experiment.name)
  const names = [...new Set([made.experiment.name, study.experiment.name])]
  const reason = handle === undefined ? nothingBefore : Reasons.make(workspace, handle, made, names, gone)
  const explained: Explained = {
    plan: made,
    why: yield* Effect.forEach(made.runs, reason),
    estimate: handle === undefined ? undefined : yield* Estimate.from(handle, made),
    supplies: yield* supplies(made),
    probed,
    bills: Tokens.bills(made)
  }
  return explained
}, Effect.scoped)
