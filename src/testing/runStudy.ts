/** Studies planned and run against a memory, as one process would on a database. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Experiment } from "../pipeline/declare/Experiment.ts"
import * as Plan from "../pipeline/plan/Plan.ts"
import { type Event, Progress } from "../pipeline/run/Progress.ts"
import { rounds } from "../pipeline/run/rounds.ts"
import * as Runner from "../pipeline/run/Runner.ts"
import { layer, type Memory } from "./memory.ts"

/** What is run of a study, and how. */
export interface Options extends Plan.Options {
  /** Runs side by side; 1 unless given. */
  readonly jobs?: number
  /** Is told everything that happens. */
  readonly listen?: (event: Event) => void
}

const environment = { facts: { node: process.version } }

/** The plan of a study. Fails as `Plan.plan` does. */
export const planStudy = (memory: Memory, experiment: Experiment, options: Plan.Options = {}) =>
  Effect.provide(Plan.plan(experiment, options), layer(memory))

/** In a fiber of its own, as a process is: what kills that leaves whoever runs it. */
const alone = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.forkChild(work), (fiber) => Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interrupt(fiber)))

/** Runs a study, and says how every run of it ended. What the memory holds as finished is not run again. */
export const runStudy = (memory: Memory, experiment: Experiment, { jobs = 1, listen = () => {}, ...options }: Options = {}) =>
  Effect.gen(function*() {
    const planned = (options: Plan.Options) => Effect.map(Plan.plan(experiment, options), (plan) => ({ plan }))
    const run = ({ plan }: { readonly plan: Plan.Plan }) => Runner.run(plan, { jobs, environment, file: "study.ts" })
    return (yield* rounds(yield* planned(options), planned({ ...options, force: undefined }), run)).results
  }).pipe(
    Effect.provideService(Progress, listen),
    Effect.provide(layer(memory)),
    alone
  )
