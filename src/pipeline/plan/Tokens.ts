/** How many tokens what is planned may sample and train on, for policies that are billed by them. */
import { partsOf } from "../declare/Node.ts"
import type { AnyPolicy, Prices } from "../declare/policyNode.ts"
import { type Any, isStage } from "../declare/Stage.ts"
import { byPolicy } from "./byPolicy.ts"
import type { Plan, PlannedStage } from "./Plan.ts"

/** At most: as if every answer were as long as it may be, and nothing were filtered. */
export interface Count {
  /** Prompts that are asked, answers to them, and tokens of these. */
  readonly prompts: number
  readonly answers: number
  readonly sampled: number
  /** Sequences that are trained on, and the tokens of their answers. */
  readonly sequences: number
  readonly trained: number
  /** Stages of which nobody knows how much they ask before they run. */
  readonly unknown: ReadonlyArray<string>
}

const none: Count = { prompts: 0, answers: 0, sampled: 0, sequences: 0, trained: 0, unknown: [] }

const plus = (a: Count, b: Count): Count => ({
  prompts: a.prompts + b.prompts,
  answers: a.answers + b.answers,
  sampled: a.sampled + b.sampled,
  sequences: a.sequences + b.sequences,
  trained: a.trained + b.trained,
  unknown: [...new Set([...a.unknown, ...b.unknown])]
})

const number = (value: unknown): number | undefined => typeof value === "number" ? value : undefined

/** What a stage is given: rows, and how often it runs. Of what was sampled before it in the same step, an update trains on all. */
interface Given {
  readonly rows: number | undefined
  readonly times: number
  readonly steps: number
  readonly before: Count
}

/** Rows that a stage asks about by itself, such as the images of an evaluation: as many as are drawn, or its limit. */
const ownRows = (stage: Any): number | undefined => {
  const data = partsOf(stage).filter(isStage).map(({ config }) => number(config["count"])).find((count) => count !== undefined)
  const limit = number(stage.config["limit"])
  return limit === undefined || data === undefined ? limit ?? data : Math.min(limit, data)
}

const isTrainer = (key: string): boolean => key.endsWith("/Trainer")

const counted = (stage: Any, given: Given): Count => {
  const { before, rows, times } = given
  if (stage.steps !== undefined) return inSteps(stage, stage.steps)
  const every = stage.kind === "evaluate" && stage.name === "every" ? number(stage.config["steps"]) : undefined
  if (every !== undefined) return chain(partsOf(stage), { ...given, rows: undefined, times: Math.ceil(given.steps / every) })
  const maxTokens = number(stage.wants["maxTokens"])
  if (maxTokens !== undefined) {
    const asked = rows ?? ownRows(stage)
    if (asked === undefined) return { ...none, unknown: [stage.label] }
    const answers = asked * times * (number(stage.wants["n"]) ?? 1)
    return { ...none, prompts: asked * times, answers, sampled: answers * maxTokens }
  }
  if (stage.needs.some(isTrainer)) {
    const passes = number(stage.config["iterations"]) ?? 1
    if (before.answers === 0) return { ...none, sequences: (rows ?? 0) * times, unknown: [stage.label] } // of true answers nobody knows the length
    return { ...none, sequences: before.answers * passes, trained: before.sampled * passes }
  }
  return chain(partsOf(stage), given)
}

const chain = (nodes: ReadonlyArray<ReturnType<typeof partsOf>[number]>, given: Given): Count =>
  nodes.filter(isStage).reduce((sum, stage) => plus(sum, counted(stage, { ...given, before: plus(given.before, sum) })), none)

const inSteps = (stage: Any, steps: number): Count =>
  chain(partsOf(stage), { rows: number(stage.config["batch"]), times: steps, steps, before: none })

const ahead = ({ stage, status }: PlannedStage): Count => {
  if (stage.subject === "ignores" || status._tag === "finished" || status._tag === "shared") return none
  if (stage.steps === undefined) return counted(stage, { rows: undefined, times: 1, steps: 1, before: none })
  return inSteps(stage, status._tag === "resumes" ? Math.max(0, stage.steps - status.step - 1) : stage.steps)
}

/** What a billed policy is going to be asked for. */
export interface Bill extends Count {
  readonly policy: AnyPolicy
  readonly prices: Prices | undefined
  /** By the prices, where there are any. */
  readonly cost: number | undefined
}

const million = 1e6

const costOf = ({ prompts, sampled, sequences, trained }: Count, { prefill, promptTokens, sample, train }: Prices): number =>
  (prompts * promptTokens * prefill + sampled * sample + (sequences * promptTokens + trained) * train) / million

/** Of each policy that is billed, what the stages ahead of it may take. */
export const bills = ({ runs }: Plan): ReadonlyArray<Bill> =>
  byPolicy(runs).flatMap((own) => {
    const { policy } = own[0]!
    if (policy.billing === undefined) return []
    const count = own.flatMap(({ stages }) => stages.map(ahead)).reduce(plus, none)
    const { prices } = policy.billing
    if (count.answers + count.sequences === 0 && count.unknown.length === 0) return []
    return [{ ...count, policy, prices, cost: prices === undefined ? undefined : costOf(count, prices) }]
  })
