import * as Effect from "effect/Effect"
import type { PlannedStage } from "../../pipeline/plan/Plan.ts"
import * as Fingerprint from "../../pipeline/plan/Fingerprint.ts"
import * as Plan from "../../pipeline/plan/Plan.ts"
import * as fs from "node:fs"
import * as Store from "../../store/index.ts"
import { grid } from "../grid.ts"
import { load } from "../load.ts"
import { print, printJson } from "../output.ts"
import * as Study from "../study.ts"

/** What the current runs of the experiment were made of: pre-image of each stage by variant, seed and place. */
type Previous = ReadonlyMap<string, string>

const placeOf = (variant: string, seed: number, position: number): string => JSON.stringify([variant, seed, position])

const previousOf = Effect.fnUntraced(function*(db: string, experiment: string) {
  if (!fs.existsSync(db)) return new Map<string, string>()
  const handle = yield* Store.open({ file: db })
  const runs = yield* Store.runs(handle, experiment)
  const detailed = yield* Effect.forEach(runs, ({ id }) => Store.run(handle, id))
  return new Map(
    detailed.flatMap((run) =>
      run === undefined
        ? []
        : run.stages.map((stage) => [placeOf(run.variant, run.seed, stage.position), stage.preimage] as const)
    )
  )
}, Effect.scoped)

/** Why a stage is in the state it is in. */
const reason = (stage: PlannedStage, before: string | undefined): string => {
  switch (stage.status._tag) {
    case "finished":
      return "with this code, config and data"
    case "resumes":
      return `from its checkpoint after step ${stage.status.step + 1}`
    case "shared":
      return `with ${stage.status.variant} · seed ${stage.status.seed}`
    case "runs": {
      if (stage.forced) return "as --force asks"
      const difference = before === undefined ? undefined : Fingerprint.firstDifference(before, stage.preimage)
      if (difference === undefined) {
        return before === undefined
          ? "for the first time"
          : "as it did not finish, or its files are gone"
      }
      return `since ${difference.path} changed`
    }
  }
}

const counts = (plan: Plan.Plan): { readonly [status: string]: number } => {
  const stages = plan.runs.flatMap((run) => run.stages)
  const of = (tag: string) => stages.filter((stage) => stage.status._tag === tag).length
  return { finished: of("finished"), runs: of("runs"), resumes: of("resumes"), shared: of("shared") }
}

const text = (plan: Plan.Plan, previous: Previous): string => {
  const { finished, resumes, runs, shared } = counts(plan)
  const total = plan.runs.reduce((sum, run) => sum + run.stages.length, 0)
  const blocks = plan.runs.map(({ record: { seed, variant }, stages }) =>
    [
      `${variant} · seed ${seed}`,
      grid(
        stages.map((
          stage,
          position
        ) => ["", stage.label, stage.status._tag, reason(stage, previous.get(placeOf(variant, seed, position)))])
      )
    ].join("\n")
  )
  const summary = `${plan.experiment.name}: ${plan.runs.length} runs of ${total} stages: ` +
    `${finished} finished, ${shared} shared, ${resumes} resume, ${runs} run`
  return [summary, ...blocks].join("\n\n")
}

const json = (plan: Plan.Plan, previous: Previous) => ({
  experiment: plan.experiment.name,
  counts: counts(plan),
  runs: plan.runs.map(({ record: { fingerprint, seed, variant }, stages }) => ({
    variant,
    seed,
    fingerprint,
    stages: stages.map((stage, position) => {
      const { _tag: status, ...details } = stage.status
      const why = reason(stage, previous.get(placeOf(variant, seed, position)))
      return { name: stage.label, kind: stage.stage.kind, fingerprint: stage.fingerprint, status, ...details, why }
    })
  }))
})

/** Prints what `assay run` would do with the same words, and why. */
export const plan = Effect.fn("plan")(function*(options: Study.Options & { readonly json: boolean }) {
  const experiment = yield* load(options.file)
  const planOptions = yield* Study.planOptions(experiment, options)
  const made = yield* Plan.plan(experiment, planOptions).pipe(Effect.provide(Study.journalForPlan(options.db)))
  const previous = yield* previousOf(options.db, made.experiment.name)
  yield* options.json ? printJson(json(made, previous)) : print(text(made, previous))
})
