/** Teaches a detector to count, in a few seconds: by true answers alone, and by rewards after them. */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"
import { howMany, near } from "./howMany.ts"

const prompts = Pipeline.from(Data.shapes({ split: "train", layout: "coco", count: 400 })).pipe(
  Prompt.template(Prompt.standard, howMany)
)

const evaluation = Evaluate.on(howMany)({
  data: Data.shapes({ split: "validation", layout: "coco", count: 48 }),
  reward: near(),
  maxTokens: 32
})

const answers = Pipeline.loop({ steps: 16, batch: 8, checkpointEvery: 16 }, Update.sft({ learningRate: 1e-3 }))

const rewards = Pipeline.loop(
  { steps: 4, batch: 4, checkpointEvery: 4 },
  Rollout.sample({ groupSize: 4, maxTokens: 32 }),
  Reward.score(near()),
  Update.grpo({ learningRate: 1e-4 })
)

export default Experiment.make("own-task", {
  question: "Can a detector be taught to count?",
  policy: Policy.tiny(),
  seeds: 1,
  axes: { training: { "answers": [], "answers, rewards": [rewards] } },
  references: { "untrained": prompts.pipe(evaluation) },
  pipeline: ({ training }) => prompts.pipe(answers, ...training, evaluation),
  table: { rows: "training", metrics: ["accuracy", "answered", "howMany/reward"] }
})
