/** A few steps of another trainer on the shipped model. */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Update } from "assay"

const scenes = Data.shapes({ split: "validation", layout: "coco", count: 24 })
const evaluation = { data: scenes, mode: "positive", maxTokens: 64 } as const

export default Experiment.make("elsewhere", {
  question: "Does it train here?",
  policy: Policy.tiny(),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(scenes).pipe(
      Prompt.template(Prompt.enhanced),
      Evaluate.detection({ ...evaluation, as: "base" }),
      Update.external({
        trainer: process.env["TRAINER"] === "ms-swift" ? "ms-swift" : "trl",
        steps: 6,
        batch: 2,
        groupSize: 4,
        maxTokens: 64,
        learningRate: 1e-4,
        klCoefficient: 0.04,
        checkpointEvery: 2,
        python: [process.env["TRAINER_PYTHON"] ?? "python3"]
      }, Reward.sum(Reward.weightedSum(), Reward.format())),
      Evaluate.detection(evaluation)
    ),
  table: { metrics: ["detection/mAP", "base/mAP"] }
})
