/** What a mixture must not be made of. Each `@ts-expect-error` fails when the line below compiles. */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Task, Update } from "assay"
import { parrot } from "../policy/parrot.ts"

const scenes = Data.shapes({ split: "train", layout: "coco", count: 1 })
const detection = Pipeline.from(scenes).pipe(Prompt.template(Prompt.standard))
const region = Pipeline.from(Task.region.choices(scenes)).pipe(Prompt.template(Prompt.standard, Task.region.task))
const parts = { detection, region }
const ratios = { detection: 2, region: 1 }
const mixture = Data.mix({ parts, ratios })

const loop = { steps: 1, batch: 1, checkpointEvery: 1 }
const grpo = Pipeline.loop(
  loop,
  Rollout.sample({ groupSize: 2, maxTokens: 8 }),
  Reward.score(Reward.byTask({ detection: Reward.ap(), region: Reward.regionAccuracy() })),
  Update.grpo({ learningRate: 1 })
)

export const mixtures = () => {
  // a loop draws from it, by answers and by rewards, and evaluations follow
  Pipeline.from(mixture).pipe(
    Pipeline.loop(loop, Update.sft({ learningRate: 1 })),
    grpo,
    Evaluate.region({ data: Task.region.choices(scenes) })
  )
  Data.mix({ parts, ratios, rows: 100, seed: 1 })
  // the ratios may be an axis
  Experiment.make("mixes", {
    question: "?",
    policy: Policy.tiny(),
    seeds: 1,
    axes: { mix: { even: { detection: 1, region: 1 }, pure: { detection: 1, region: 0 } } },
    pipeline: ({ mix }) => Pipeline.from(Data.mix({ parts, ratios: mix })).pipe(grpo),
    table: { metrics: [] }
  })
  // @ts-expect-error a part without a ratio
  Data.mix({ parts, ratios: { detection: 2 } })
  // @ts-expect-error a ratio of no part
  Data.mix({ parts, ratios: { ...ratios, counting: 1 } })
  // @ts-expect-error a ratio that is no number
  Data.mix({ parts, ratios: { detection: "2", region: 1 } })
  // @ts-expect-error examples that nobody has asked about yet
  Data.mix({ parts: { detection, raw: Pipeline.from(scenes) }, ratios: { detection: 1, raw: 1 } })
  // @ts-expect-error a stage is no pipeline
  Data.mix({ parts: { scenes }, ratios: { scenes: 1 } })
  // @ts-expect-error a filter of examples behind the mixture, which is of prompts
  Pipeline.from(mixture).pipe(Prompt.template(Prompt.standard))
}

export const tasks = () => {
  // @ts-expect-error choices are asked by their own task
  Pipeline.from(Task.region.choices(scenes)).pipe(Prompt.template(Prompt.standard))
  // @ts-expect-error and counted by none
  Evaluate.counting({ data: Task.region.choices(scenes) })
  // @ts-expect-error choices are made of labelled boxes
  Task.region.choices(Task.counting.questions(scenes))
  // @ts-expect-error a task has a reward, not a number
  Reward.byTask({ detection: 1 })
}

export const policies = () => {
  const base = { question: "?", seeds: 1, table: { metrics: [] } } as const
  Experiment.make("asked", { ...base, policy: parrot({ says: "3" }), pipeline: () => Pipeline.from(mixture) })
  // @ts-expect-error a policy that cannot learn
  Experiment.make("taught", { ...base, policy: parrot({ says: "3" }), pipeline: () => Pipeline.from(mixture).pipe(grpo) })
}

export const groups = () => {
  const evaluation = Evaluate.detection({ as: "a", data: scenes, mode: "all" })
  Pipeline.from(mixture).pipe(Evaluate.groups({ as: "set", averages: { all: ["a"] } }, evaluation))
  // @ts-expect-error a group of what evaluates nothing
  Evaluate.groups({ as: "set", averages: {} }, scenes)
  // @ts-expect-error the scope of its metrics is named by the study
  Evaluate.groups({ averages: {} }, evaluation)
}
