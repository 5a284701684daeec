/** Policies that lie outside of this process, asked before anything runs whether they are there and can do what is wanted. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Result } from "effect/Result"
import { type Node, partsOf } from "../declare/Node.ts"
import type { AnyPolicy, Facts, PolicyProblem, Wanted } from "../declare/policyNode.ts"
import { isStage } from "../declare/Stage.ts"
import type { ExitCode } from "../Errors.ts"
import { byPolicy } from "./byPolicy.ts"
import type { Plan, PlannedRun } from "./Plan.ts"

/** What came of asking a policy: facts about it, or why it will not do. */
export interface Probed {
  readonly policy: AnyPolicy
  /** It, and those of other rows that are the same. */
  readonly same: ReadonlySet<AnyPolicy>
  /** A variant that it stands in. */
  readonly variant: string
  readonly found: Result<Facts, PolicyProblem>
}

/** A policy will not do for the study that was planned: `message` names variant, policy and what to do. */
export class UnfitPolicy extends Data.TaggedError("UnfitPolicy")<{ readonly message: string; readonly exitCode: ExitCode }> {}

/** What a stage, and those nested in it, want. */
const wantedBy = (node: Node): ReadonlyArray<Wanted> => [
  ...(isStage(node) && Object.keys(node.wants).length > 0 ? [{ stage: node.label, node, wants: node.wants }] : []),
  ...partsOf(node).flatMap(wantedBy)
]

const asking = ({ stages }: PlannedRun, finished: boolean): ReadonlyArray<Node> =>
  stages.flatMap(({ stage, status }) => stage.subject === "ignores" || (status._tag === "finished") !== finished ? [] : [stage])

/** Asks the policies that have a probe and stages ahead of them, each with `patienceSeconds` for one that does not answer yet. */
export const probe = ({ runs }: Plan, patienceSeconds: number): Effect.Effect<ReadonlyArray<Probed>> =>
  Effect.map(
    Effect.forEach(byPolicy(runs), (own) => {
      const { policy, record: { variant } } = own[0]!
      const of = (finished: boolean) => [...new Set(own.flatMap((run) => asking(run, finished)))]
      const stages = of(false)
      if (policy.probe === undefined || stages.length === 0) return Effect.succeed([])
      const asked = Effect.result(policy.probe(stages.flatMap(wantedBy), patienceSeconds, of(true).flatMap(wantedBy)))
      return Effect.map(asked, (found): ReadonlyArray<Probed> => [{ policy, same: new Set(own.map((run) => run.policy)), variant, found }])
    }, { concurrency: "unbounded" }),
    (all) => all.flat()
  )

/** The first of them that will not do, as an error; `of` says which of the problems count. */
export const unfit = (
  { experiment: { name } }: Plan,
  probed: ReadonlyArray<Probed>,
  of: (problem: PolicyProblem) => boolean = () => true
): Effect.Effect<void, UnfitPolicy> => {
  for (const { found, variant } of probed) {
    if (found._tag === "Success" || !of(found.failure)) continue
    const { exitCode, message } = found.failure
    return Effect.fail(new UnfitPolicy({ exitCode, message: `${name}, ${variant}: ${message}` }))
  }
  return Effect.void
}

/** What was found out about the policy of a run; undefined for one that was not asked. */
export const factsOf = (probed: ReadonlyArray<Probed>, policy: AnyPolicy): Facts | undefined => {
  const found = probed.find(({ same }) => same.has(policy))?.found
  return found?._tag === "Success" ? found.success : undefined
}
