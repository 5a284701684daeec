/** Does a model that is also rewarded for short answers find fewer objects? Far too few steps to tell, but it runs. */
import { Data, Evaluate, Experiment, Filter, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"
import { brevity } from "./reward.ts"

export default Experiment.make("own-reward", {
  question: "Does a reward for short answers cost recall?",
  policy: Policy.tiny(),
  seeds: 1,
  axes: {
    reward: {
      "ap": Reward.ap(),
      "ap, brevity": Reward.sum(Reward.ap(), brevity({ characters: 150 }))
    }
  },
  baseline: { reward: "ap" },
  pipeline: ({ reward }) =>
    Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 200 })).pipe(
      Filter.maxBoxes(10),
      Prompt.template(Prompt.enhanced),
      Pipeline.loop(
        { steps: 4, batch: 4, checkpointEvery: 4 },
        Rollout.sample({ groupSize: 4, maxTokens: 160 }),
        Reward.score(reward),
        Update.grpo({ learningRate: 1e-4 })
      ),
      Evaluate.detection({
        data: Data.shapes({ split: "validation", layout: "coco", count: 32 }),
        mode: "positive",
        reward: brevity({ characters: 150 })
      })
    ),
  table: { rows: "reward", metrics: ["mAP", "recall@0.5", "detection/reward"] }
})
