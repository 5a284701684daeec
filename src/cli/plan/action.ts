/** Prints what `assay run` would do with the same words, and why. */
import * as Effect from "effect/Effect"
import type * as Plan from "../../pipeline/plan/Plan.ts"
import * as Workspace from "../../workspace/index.ts"
import { alongside } from "../compiles.ts"
import type { Study } from "../flags.ts"
import { toFetch } from "../fetching.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"
import { planOptions } from "../planOptions.ts"
import { visible } from "../../report/visible.ts"

const counts = (plan: Plan.Plan): { readonly [status: string]: number } => {
  const stages = plan.runs.flatMap((run) => run.stages)
  const of = (tag: string) => stages.filter((stage) => stage.status._tag === tag).length
  return { finished: of("finished"), runs: of("runs"), resumes: of("resumes"), shared: of("shared") }
}

/** What is known of a policy elsewhere, or why it would not do now. */
const policyLine = ({ found, variant }: Workspace.Explained["probed"][number]): ReadonlyArray<string> => [
  "",
  variant,
  found._tag === "Failure"
    ? `now: ${visible(found.failure.message)}`
    : Object.entries(found.success).map(([name, value]) => `${name} ${visible(String(value))}`).join(", ")
]

const text = ({ plan, probed, supplies, why }: Workspace.Explained): string => {
  const { finished, resumes, runs, shared } = counts(plan)
  const total = plan.runs.reduce((sum, run) => sum + run.stages.length, 0)
  const blocks = plan.runs.map(({ record: { seed, variant }, stages }, i) =>
    [
      `${variant} · seed ${seed}`,
      grid(stages.map((stage, position) => ["", stage.label, stage.status._tag, why[i]![position]!]))
    ].join("\n")
  )
  const summary = `${plan.experiment.name}: ${plan.runs.length} runs of ${total} stages: ` +
    `${finished} finished, ${shared} shared, ${resumes} resume, ${runs} run`
  const policies = probed.length === 0 ? [] : [`policies\n${grid(probed.map(policyLine))}`]
  return [summary, ...(supplies.length === 0 ? [] : [toFetch(supplies).join("\n")]), ...blocks, ...policies].join("\n\n")
}

const json = ({ plan, probed, supplies, why }: Workspace.Explained) => ({
  experiment: plan.experiment.name,
  counts: counts(plan),
  fetches: supplies.map(({ bytes, files, name }) => ({ name, files, bytes })),
  policies: probed.map(({ found, policy, variant }) => ({
    variant,
    name: policy.name,
    ...(found._tag === "Failure" ? { problem: found.failure.message } : { facts: found.success })
  })),
  runs: plan.runs.map(({ record: { fingerprint, seed, variant }, stages }, i) => ({
    variant,
    seed,
    fingerprint,
    stages: stages.map((stage, position) => {
      const { _tag: status, ...details } = stage.status
      const { fingerprint, label: name, stage: { kind } } = stage
      return { name, kind, fingerprint, status, ...details, why: why[i]![position]! }
    })
  }))
})

export const plan = Effect.fn("plan")(function*(options: Study) {
  const explained = yield* alongside(
    options.file,
    Effect.gen(function*() {
      const study = yield* Workspace.loadStudy(options.file)
      return yield* Workspace.plan(Workspace.at(options.db), study, yield* planOptions(study.experiment, options))
    }),
    () => true
  )
  yield* options.json ? printJson(json(explained)) : print(text(explained))
})
