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
import { inBytes } from "../../pipeline/inBytes.ts"
import { visible } from "../../report/visible.ts"
import { duration } from "../run/progress/format.ts"
import { groups, named } from "./groups.ts"

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

/** What it will take, where anything is known of that. */
const estimateLines = ({ estimate }: Workspace.Explained): ReadonlyArray<string> => {
  if (estimate === undefined || estimate.stages === 0) return []
  const { bytes, executions, seconds, stages, unknown } = estimate
  const more = unknown.length === 0 ? "" : `; nothing is known of ${unknown.map(visible).join(", ")}`
  return [
    `${seconds < 1 ? "less than a second" : `about ${duration(seconds)}`} of work one after the other, and ${inBytes(bytes)} of files, ` +
    `as ${executions} earlier ${executions === 1 ? "execution" : "executions"} of ${stages === 1 ? "this stage" : "such stages"} took${more}`
  ]
}

/** What a policy that may be billed is going to be asked for, at most. */
const billLine = ({ answers, cost, policy, prices, prompts, sampled, sequences, trained, unknown }: Workspace.Explained["bills"][number]): string => {
  const count = (value: number) => value.toLocaleString("en")
  const more = unknown.length === 0 ? "" : `; how much ${unknown.map(visible).join(", ")} takes is not known before`
  const rates = prices === undefined ? "" : `: ${cost!.toFixed(2)} ${visible(prices.currency)}, at ${prices.prefill} a million tokens of prompts ` +
    `(${count(prices.promptTokens)} each), ${prices.sample} sampled, ${prices.train} trained`
  return `policy.${policy.name}: at most ${count(sampled)} tokens to sample, in ${count(answers)} answers to ${count(prompts)} prompts, and ` +
    `${count(trained)} to train on, in ${count(sequences)} sequences, beside their prompts${rates}${more}`
}

const text = (explained: Workspace.Explained): string => {
  const { plan, probed, supplies, why } = explained
  const { finished, resumes, runs, shared } = counts(plan)
  const total = plan.runs.reduce((sum, run) => sum + run.stages.length, 0)
  const summary = `${visible(plan.experiment.name)}: ${plan.runs.length} runs of ${total} stages: ` +
    `${runs} run, ${resumes} resume, ${shared} share, ${finished} reuse`
  const rows = groups(plan.runs, why).map((group) => [
    group.action,
    group.stages.map(visible).join(", "),
    visible(named(group.runs, plan.runs.length)),
    visible(group.why)
  ])
  const policies = probed.length === 0 ? [] : [`policies\n${grid(probed.map(policyLine))}`]
  return [
    [summary, ...estimateLines(explained), ...explained.bills.map(billLine)].join("\n"),
    ...(supplies.length === 0 ? [] : [toFetch(supplies).join("\n")]),
    grid(rows),
    ...policies
  ].join("\n\n")
}

const json = ({ bills, estimate, plan, probed, supplies, why }: Workspace.Explained) => ({
  experiment: plan.experiment.name,
  counts: counts(plan),
  estimate: estimate ?? null,
  fetches: supplies.map(({ bytes, files, name }) => ({ name, files, bytes })),
  policies: probed.map(({ found, policy, variant }) => ({
    variant,
    name: policy.name,
    ...(found._tag === "Failure" ? { problem: found.failure.message } : { facts: found.success })
  })),
  bills: bills.map(({ policy, prices, ...count }) => ({ policy: policy.name, ...count, cost: count.cost ?? null, prices: prices ?? null })),
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
