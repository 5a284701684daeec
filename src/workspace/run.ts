/** Runs of a study on a workspace. */
import * as path from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { counting } from "../data/inspect/counting.ts"
import { Report } from "../task/problem.ts"
import * as Plan from "../pipeline/plan/Plan.ts"
import * as Probes from "../pipeline/plan/Probes.ts"
import { checkResources } from "../pipeline/plan/checkResources.ts"
import * as ComputeThreads from "../pipeline/run/ComputeThreads.ts"
import type { Event } from "../pipeline/run/Progress.ts"
import { Ledger } from "../pipeline/run/ledger.ts"
import { rounds } from "../pipeline/run/rounds.ts"
import { Journal } from "../pipeline/run/journal.ts"
import * as Resources from "../pipeline/run/Resources.ts"
import * as Runner from "../pipeline/run/Runner.ts"
import { Generated } from "../pipeline/run/services.ts"
import * as Store from "../store/index.ts"
import { telemetry } from "../telemetry/telemetry.ts"
import { requireNotImported } from "./importLogs/origin.ts"
import { storedPath, type Study } from "./loadStudy.ts"
import { logged } from "./log/runLog.ts"
import { open } from "./read.ts"
import * as Needed from "./why/Needed.ts"
import * as Source from "./why/Source.ts"
import type { Workspace } from "./workspace.ts"

/** What runs on a workspace rest on. */
export type Services = Layer.Success<ReturnType<typeof services>>

/** What is run of a study, and by how many at a time. */
export interface Options extends Plan.Options {
  /** Runs side by side; 1 unless given. */
  readonly jobs?: number
  /** What there is for stages to share, beside the machine's cores and memory, or instead of them. */
  readonly have?: Resources.Amounts | undefined
  /** Take executions whose files are gone for finished, where nothing that is to run reads them. */
  readonly needed?: boolean | undefined
}

/** The same where other machines have a part in it. */
export interface Among extends Options {
  /** What runs then rest on. */
  readonly among?: (services: Context.Context<Services>) => Context.Context<Services>
  /** Other machines execute it: what stages need is to be there. */
  readonly elsewhere?: boolean
}

/** Seconds for which a policy that does not answer yet is waited for: longer, and a wrong address would look like a slow one. */
const patience = 10

const alone = (services: Context.Context<Services>) => services

/** Everything that runs on a workspace rest on. */
const services = ({ db, generated, objects }: Workspace) =>
  Layer.mergeAll(
    Store.workingLayer({ file: db, objects }),
    Layer.succeed(Generated, { folder: generated })
  )

/** `prepare`, with what a plan is executed by in parts, for machines that share the work. */
export const prepareAmong = Effect.fn("Workspace.prepare")(
  function*(workspace: Workspace, { experiment, file }: Study, { among = alone, elsewhere, have, jobs = 1, needed = false, ...options }: Among = {}) {
    const built = among(yield* Layer.build(services(workspace)))
    const { observe, says } = yield* telemetry(process.env)
    const whole = Context.add(built, Journal, observe(Context.get(built, Journal)))
    const there = { ...Resources.ofMachine(), ...have }
    const resources = Resources.share(there)
    const threads = { jobs, threadsEach: ComputeThreads.divided(jobs) }
    const environment = yield* Store.environment({ folder: path.dirname(path.resolve(file)), threads })
    const [problems, notes] = [counting(1), counting(1)]
    const report = { problem: problems.add, note: notes.add }
    const remarks = () => [...problems.counts(), ...notes.counts()].flatMap(({ first }) => first)
    const roundOf = (plan: Plan.Plan, probed: ReadonlyArray<Probes.Probed>, context: typeof whole) => {
      const settings: Runner.Options = { jobs, environment, file: storedPath(file), factsOf: ({ policy }) => Probes.factsOf(probed, policy) }
      /** Does work on runs of the plan with all that they rest on, telling `listen` what happens. */
      const within = <A, E, R>(listen: (event: Event) => void, work: Effect.Effect<A, E, R>, of: Pick<Plan.Plan, "experiment" | "runs"> = plan) =>
        logged(workspace, of, listen, work).pipe(
          Effect.provideService(Report, report),
          Effect.provideService(Resources.Resources, resources),
          Effect.provideContext(context)
        )
      return { plan, settings, within, execute: (listen: (event: Event) => void = () => {}) => within(listen, Runner.run(plan, settings)) }
    }
    const handle = yield* open(workspace)
    const planned = Effect.fnUntraced(function*(options: Plan.Options) {
      const first = yield* Effect.provideContext(Plan.plan(experiment, options), whole)
      const gone = needed ? yield* Needed.unneededIn(handle, first) : new Set<string>()
      const context = gone.size === 0 ? whole : Context.add(whole, Ledger, Needed.content(Context.get(whole, Ledger), handle, gone))
      const plan = gone.size === 0 ? first : yield* Effect.provideContext(Plan.plan(experiment, options), context)
      yield* requireNotImported(handle, plan.experiment.name)
      if (elsewhere !== true) yield* checkResources(plan, there)
      const probed = yield* Probes.probe(plan, patience)
      yield* Probes.unfit(plan, probed)
      yield* Source.note(workspace, handle, plan)
      return roundOf(plan, probed, context)
    })
    return { ...(yield* planned(options)), again: planned({ ...options, force: undefined }), planned, remarks, says }
  }
)

/** A plan with what executes it in parts. */
export type AmongRound = Pick<Effect.Success<ReturnType<typeof prepareAmong>>, "execute" | "plan" | "settings" | "within">

/** A plan with what executes it. */
export type Round = Pick<AmongRound, "execute" | "plan">

const shown = ({ execute, plan }: AmongRound): Round => ({ execute, plan })

/**
 * Takes its place among the processes that run studies on the workspace for the rest of the scope, plans, and returns the plan with what executes it: every run,
 * `jobs` at a time, telling `listen` what happens. Policies elsewhere are asked first whether they will do. `again` plans anew, for a study whose rule may ask for more seeds. `remarks`
 * are what its data sets said until then of rows that they left out and of pictures, the first of each kind. Where the environment
 * names a collector of OpenTelemetry, runs are told to it, and `says` is what is to be said of that.
 *
 * Fails as `Plan.plan` does, with `UnfitPolicy`, with `InvalidExperiment` where imported logs have the study's name, and with
 * `StoreError` (reason "running") while another process has the database alone, as to remove something.
 */
export const prepare = (workspace: Workspace, study: Study, options: Options = {}) =>
  Effect.map(prepareAmong(workspace, study, options), ({ again, remarks, says, ...first }) => ({
    ...shown(first),
    again: Effect.map(again, shown),
    remarks,
    says
  }))

/** Runs a study, and says how every run of it ended. What is finished is never run again. */
export const run = (workspace: Workspace, study: Study, options: Options = {}, listen?: (event: Event) => void) =>
  prepare(workspace, study, options).pipe(
    Effect.flatMap(({ again, ...first }) => rounds(first, again, ({ execute }) => execute(listen))),
    Effect.map(({ results }) => results),
    Effect.scoped
  )
