/**
 * The standard and the enhanced prompt on a small and a large model (VLM-R1 findings, sections 5.2 and 5.3): when do the rewards
 * rise, how often is the format kept before any training, and what does training change on COCO_pos_1?
 */
import { Evaluate, Experiment, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import { filtered, full, largePolicy, loop, optimizer, ovdevalPrompts, policy, risen, rollout } from "./support/given.ts"

export default Experiment.make("prompt-structure", {
  question: "Does a better worded prompt speed up the training, and does the larger model need it?",
  policy: ({ size }) => size,
  seeds: 3,
  axes: {
    prompt: { standard: Prompt.standard, enhanced: Prompt.enhanced },
    size: { small: policy, large: largePolicy }
  },
  baseline: { prompt: "standard", size: "small" },
  pipeline: ({ prompt }) =>
    ovdevalPrompts(prompt).pipe(
      Evaluate.detection({ ...filtered, as: "base" }),
      Pipeline.loop(
        loop,
        Rollout.sample(rollout),
        Reward.score(Reward.sum(Reward.weightedSum(), Reward.format())),
        Update.grpo(optimizer)
      ),
      Evaluate.rise({ as: "accuracy", of: "reward/weightedSum", ...risen }),
      Evaluate.rise({ as: "format", of: "reward/format", ...risen }),
      Evaluate.detection({ ...filtered, as: "trained" })
    ),
  table: {
    metrics: [
      "base/mAP",
      "trained/mAP",
      "base/precision@0.5",
      "trained/precision@0.5",
      "base/recall@0.5",
      "trained/recall@0.5",
      "format/start",
      "format/firstStep",
      "accuracy/firstStep"
    ],
    published: {
      "standard | small": [23.6, null, 70.14, null, 47.69, null, 0.4, 15, 65],
      "enhanced | small": [23.6, 24.5, 70.14, 68.2, 47.69, 50.27, 0.4, 15, 15],
      "enhanced | large": [24.6, 24.6, 71.53, 68.1, 50.56, 55.15, 0.75, null, null]
    }
  },
  scales: { full }
})
