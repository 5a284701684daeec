/** How well recorded answers do beside the shipped model's: an evaluation, and no training. */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"
import { recorded } from "./recorded.ts"

const pictures = Data.shapes({ split: "validation", layout: "coco", count: 8 })
const prompts = Pipeline.from(pictures).pipe(Prompt.template(Prompt.standard))

export default Experiment.make("own-policy", {
  question: "Are the recorded answers better than the model's?",
  seeds: 1,
  axes: { answers: { "recorded": recorded({ answers: "answers.jsonl" }), "tiny-vl": Policy.tiny() } },
  policy: ({ answers }) => answers,
  pipeline: (_) => prompts.pipe(Evaluate.detection({ data: pictures, mode: "positive" })),
  table: { rows: "answers", metrics: ["mAP", "precision@0.5", "recall@0.5"] }
})

const training = Pipeline.loop(
  { steps: 1, batch: 1, checkpointEvery: 1 },
  Rollout.sample({ groupSize: 2, maxTokens: 160 }),
  Reward.score(Reward.ap()),
  Update.grpo({ learningRate: 1e-4 })
)

/** Never run: a study that trains this policy does not compile. */
export const impossible = () =>
  Experiment.make("impossible", {
    question: "Can a file of answers learn?",
    policy: recorded({ answers: "answers.jsonl" }),
    seeds: 1,
    // @ts-expect-error the policy is a Sampler alone, and Update.grpo needs a Trainer
    pipeline: () => prompts.pipe(training),
    table: { metrics: [] }
  })
