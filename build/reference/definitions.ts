/** The pages of metrics and rewards, from their definitions. */
import { Data, Evaluate, Reward, Rollout, Task, Update } from "../../src/index.ts"
import { metrics } from "../../src/report/definitions/metrics.ts"
import { type Definition, rewards } from "../../src/report/definitions/rewards.ts"
import { cell, page, table } from "./markdown.ts"

interface Declared {
  readonly name: string
  readonly unit: string
  readonly better: string
  readonly of: string
}

const data = Data.shapes({ split: "validation", layout: "coco" })
const judged = Reward.score(Reward.sum(Reward.ap(), Reward.format()))
const detection = Evaluate.detection({ data, mode: "positive", reward: Reward.ap() })

/** By whom each group is declared, for unit and direction. */
const declaredBy: { readonly [group in keyof typeof metrics]: { readonly metrics: ReadonlyArray<Declared> } } = {
  detection,
  answers: detection,
  referring: Evaluate.referring({ data: Task.referring.expressions(data) }),
  region: Evaluate.region({ data: Task.region.choices(data) }),
  counting: Evaluate.counting({ data: Task.counting.questions(data) }),
  rise: Evaluate.rise({ of: "reward", as: "rise" }),
  scoring: judged,
  dynamic: Rollout.dynamic({ groups: 2 }, Rollout.sample({ groupSize: 2, maxTokens: 8 }), judged),
  update: Update.grpo({ learningRate: 1e-4 }),
  sft: Update.sft({ learningRate: 1e-4 })
}

const rowOf = (group: keyof typeof metrics) => ([name, what]: readonly [string, string]): ReadonlyArray<string> => {
  const found = declaredBy[group].metrics.find((metric) => metric.name === name.replace("PART", "format"))
  if (found === undefined) throw new Error(`nothing declares the metric ${group}/${name}`)
  return [`\`${name}\``, cell(what), found.unit, found.better === "neither" ? "" : found.better, found.of]
}

export const metricsPage = (): string =>
  page(
    "# Metrics",
    "A metric has a scope, the evaluation or stage that measured it, and a name: `detection/mAP`. In a table the name is enough while one " +
      "stage measures it. `%` is from 0 to 100, a share from 0 to 1.",
    ...(Object.keys(metrics) as Array<keyof typeof metrics>).flatMap((group) => [
      `## ${metrics[group].by}`,
      table(["metric", "what", "unit", "better", "of each"], Object.entries(metrics[group].metrics).map(rowOf(group)))
    ]),
    "## By other trainers",
    "`Update.external` and `assay import` record what the trainer says. What means the same has the name above; everything else keeps the trainer's " +
      "name and has no unit ([names](../how-to/import.md#what-is-read))."
  )

const rewardRow = ([name, { range, source, what }]: readonly [string, Definition]): ReadonlyArray<string> =>
  [`[\`${name}\`](api/reward.md#${name.toLowerCase()})`, range, cell(what), source ?? ""]

export const rewardsPage = (): string =>
  page(
    "# Rewards",
    "A reward judges a completion by the true answer. In a study it is `Reward.ap()`, for `assay score`, `assay doctor` and `assay serve rewards` it goes by its " +
      "name. Each has two variants where the published code and its text differ: `faithful` computes what the code does, `fixed` what the text says. " +
      "What a reward reads, to the letter, says its docstring, which each name below links to.",
    table(["reward", "range", "what", "source"], Object.entries(rewards).map(rewardRow)),
    "`softOverlong` and `judge` want settings, and `sum`, `weight` and `byTask` other rewards; these five have no name for the command line.",
    "Which of them can be fooled, and how, says [its page](../how-to/rewards.md); how to write one, [another](../how-to/own-reward.md)."
  )
