/** What a plan will take, told from what earlier executions took. */
import * as Effect from "effect/Effect"
import type { Json } from "../../pipeline/json.ts"
import type { Plan, PlannedStage } from "../../pipeline/plan/Plan.ts"
import { median } from "../../pipeline/statistics.ts"
import * as Store from "../../store/index.ts"

/** What the stages of a plan that are to run will take, in time and on the disk. */
export interface Estimate {
  /** Of all stages that are to run, one after the other. */
  readonly seconds: number
  /** Of the files that they will leave; the database grows besides. */
  readonly bytes: number
  /** How many stages this is told of... */
  readonly stages: number
  /** ...from how many executions. */
  readonly executions: number
  /** Stages that nothing is known of, by their labels: they come on top. */
  readonly unknown: ReadonlyArray<string>
}

const stepsOf = (steps: Json | undefined | null): number => typeof steps === "number" && steps > 0 ? steps : 1

/** What a step, or a stage without steps, takes: in the middle, as one that was interrupted for a night must not count for all. */
interface Pace {
  readonly seconds: number
  readonly bytes: number
  readonly executions: number
}

const paceOf = (all: ReadonlyArray<Store.Took>): Pace => ({
  seconds: median(all.map(({ seconds, steps }) => Math.max(0, seconds) / stepsOf(steps))),
  bytes: median(all.map(({ bytes }) => bytes)),
  executions: all.length
})

const paces = (took: ReadonlyArray<Store.Took>, key: (one: Store.Took) => string): ReadonlyMap<string, Pace> =>
  new Map([...Map.groupBy(took, key)].map(([name, all]) => [name, paceOf(all)]))

/** The part of a stage that is still to be done. */
const share = ({ stage, status }: PlannedStage): number =>
  status._tag === "resumes" ? 1 - (status.step + 1) / stepsOf(stage.steps) : status._tag === "runs" ? 1 : 0

/** From paces by label in this experiment or, where it never ran there, by what the stage is. */
export const of = (plan: Plan, here: ReadonlyArray<Store.Took>, anywhere: ReadonlyArray<Store.Took>): Estimate => {
  const own = paces(here, ({ label }) => label)
  const alike = paces(anywhere, ({ kind, name }) => `${kind} ${name}`)
  const ahead = plan.runs.flatMap(({ stages }) => stages).filter((stage) => share(stage) > 0)
  const known = ahead.flatMap((planned) => {
    const pace = own.get(planned.label) ?? alike.get(`${planned.stage.kind} ${planned.stage.name}`)
    return pace === undefined ? [] : [{ pace, planned }]
  })
  const told = new Set(known.map(({ planned }) => planned))
  return {
    seconds: known.reduce((sum, { pace, planned }) => sum + pace.seconds * stepsOf(planned.stage.steps) * share(planned), 0),
    bytes: known.reduce((sum, { pace }) => sum + pace.bytes, 0),
    stages: known.length,
    executions: [...new Set(known.map(({ pace }) => pace))].reduce((sum, { executions }) => sum + executions, 0),
    unknown: [...new Set(ahead.filter((planned) => !told.has(planned)).map(({ label }) => label))]
  }
}

/** The same from a database. */
export const from = Effect.fnUntraced(function*(handle: Store.Handle, plan: Plan) {
  return of(plan, yield* Store.tookInExperiment(handle, plan.experiment.name), yield* Store.tookAnywhere(handle))
})
