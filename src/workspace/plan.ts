/** Plans of a study on a workspace, with the reasons of every stage. */
import * as fs from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Plan from "../pipeline/plan/Plan.ts"
import * as Probes from "../pipeline/plan/Probes.ts"
import { exits } from "../pipeline/Errors.ts"
import { empty, Ledger } from "../pipeline/run/ledger.ts"
import * as Store from "../store/index.ts"
import { type Before, placeOf, reasons } from "./explain.ts"
import { requireNotImported } from "./importLogs/origin.ts"
import type { Study } from "./loadStudy.ts"
import { type Supply, supplies } from "./supplies.ts"
import type { Workspace } from "./workspace.ts"

/** A plan, and why each stage of each run is in its state, in the same order. */
export interface Explained {
  readonly plan: Plan.Plan
  readonly why: ReadonlyArray<ReadonlyArray<string>>
  /** What would be fetched first. */
  readonly supplies: ReadonlyArray<Supply>
  /** What policies elsewhere said. */
  readonly probed: ReadonlyArray<Probes.Probed>
}

/** The ledger to plan with: creates nothing where there is no database. */
const ledger = ({ db, objects }: Workspace): Layer.Layer<Ledger, Store.StoreError> =>
  fs.existsSync(db)
    ? Store.layer({ file: db, objects })
    : Layer.succeed(Ledger, empty)

const before = (db: string, experiment: string) =>
  Effect.gen(function*() {
    if (!fs.existsSync(db)) return new Map<string, string>()
    const handle = yield* Store.openForReading({ file: db })
    yield* requireNotImported(handle, experiment)
    const rows = yield* Store.preimages(handle, experiment)
    return new Map(rows.map(({ position, preimage, seed, variant }) => [placeOf(variant, seed, position), preimage]))
  }).pipe(Effect.scoped, Effect.map((map): Before => map))

/**
 * What a run with the same options would do, and why. Runs nothing, and writes nothing where there is no database. Policies
 * elsewhere are asked once; one that is not there now is no failure, as it may be when the study runs.
 *
 * Fails as `Plan.plan` does, with `UnfitPolicy`, and as running it would where imported logs have its name.
 */
export const plan = Effect.fn("Workspace.plan")(function*(workspace: Workspace, study: Study, options: Plan.Options = {}) {
  const made = yield* Effect.provide(Plan.plan(study.experiment, options), ledger(workspace))
  const probed = yield* Probes.probe(made, 0)
  yield* Probes.unfit(made, probed, ({ exitCode }) => exitCode === exits.invalid)
  const explained: Explained = {
    plan: made,
    why: reasons(made, yield* before(workspace.db, made.experiment.name)),
    supplies: yield* supplies(made),
    probed
  }
  return explained
})
