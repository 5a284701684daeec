/**
 * The study's comparison of rewards (VLM-R1 findings, section 4.1), on scenes of coloured shapes and with seeds; also AP times a
 * term for the number of boxes (odLength), and the published implementations of two rewards, faults included ("faithful"), which
 * the findings could not tell from what they meant to compute.
 *
 * As it stands it takes six to ten minutes on two cores. `--scale full` takes hours and separates more.
 */
import { Evaluate, Experiment, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import { atMostTen, full, loop, optimizer, ovdevalPrompts, policy, rollout } from "./support/given.ts"

const prompts = ovdevalPrompts(Prompt.enhanced)
const evaluation = Evaluate.detection({ ...atMostTen, reward: Reward.weightedSum() })

const faithful = Reward.weightedSum({ variant: "faithful" })

export default Experiment.make("reward-comparison", {
  question: "Which reward trains the best detector?",
  policy,
  seeds: 3,
  axes: {
    reward: {
      "AP50": Reward.ap50(),
      "AP": Reward.ap(),
      "weighted_sum": Reward.weightedSum(),
      "weighted_sum, cosine": Reward.sum(Reward.weightedSum(), Reward.cosine()),
      "weighted_sum, cosine, repetition": Reward.sum(Reward.weightedSum(), Reward.cosine(), Reward.repetition()),
      "odLength": Reward.odLength(),
      "weighted_sum, faithful": faithful,
      "weighted_sum, cosine, faithful": Reward.sum(faithful, Reward.cosine({ variant: "faithful" }))
    }
  },
  baseline: { reward: "AP" },
  references: { "base model": prompts.pipe(evaluation) },
  pipeline: ({ reward }) =>
    prompts.pipe(
      Pipeline.loop(
        loop,
        Rollout.sample(rollout),
        Reward.score(Reward.sum(reward, Reward.format())),
        Update.grpo(optimizer)
      ),
      evaluation
    ),
  table: {
    rows: "reward",
    metrics: ["mAP", "precision@0.5", "recall@0.5"],
    published: {
      "AP50": [27.1, 70.17, 58.05],
      "AP": [27.4, 71.11, 57.86],
      "weighted_sum": [27.5, 71.32, 57.72],
      "weighted_sum, cosine": [29.3, 76.95, 59.11],
      "weighted_sum, cosine, repetition": [28.8, 77.08, 57.98]
    }
  },
  scales: { full }
})
