/**
 * Two sizes of a model, each trained by the best recipe, on OVDEval's groups (VLM-R1 findings, section 7.2).
 *
 * Their table is headed mAP; whether it asks for hard negatives too (mode "asked") or for the labels of the image alone ("positive") is
 * not said. Beside it stands NMS-AP, OVDEval's own metric, without figures of theirs.
 */
import { Evaluate, Experiment, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import {
  evaluationTokens as maxTokens,
  full,
  largePolicy,
  loop,
  optimizer,
  ovdeval,
  policy,
  rollout,
  subsetPrompts,
  subsets
} from "./support/given.ts"

const evaluation = Evaluate.groups(
  { as: "ovdeval", averages: Evaluate.ovdevalAverages },
  ...subsets.map((subset) => Evaluate.detection({ as: subset, data: ovdeval(subset, "validation"), mode: "asked", maxTokens }))
)

export default Experiment.make("model-size", {
  question: "How much does a larger model detect better?",
  policy: ({ size }) => size,
  seeds: 3,
  axes: { size: { small: policy, large: largePolicy } },
  baseline: { size: "small" },
  pipeline: (_) =>
    subsetPrompts(Prompt.enhanced).pipe(
      Pipeline.loop(
        loop,
        Rollout.sample(rollout),
        Reward.score(Reward.sum(Reward.weightedSum(), Reward.cosine(), Reward.format())),
        Update.grpo(optimizer)
      ),
      evaluation
    ),
  table: {
    rows: "size",
    metrics: [
      "ovdeval/average/mAP",
      "ovdeval/properNoun/mAP",
      "ovdeval/attribute/mAP",
      "ovdeval/position/mAP",
      "ovdeval/relationship/mAP",
      "ovdeval/negation/mAP",
      "ovdeval/average/nmsAP"
    ],
    published: {
      small: [43.43, 51.87, 24.70, 63.1, 26.6, 50.9],
      large: [45.27, 53.33, 25.10, 65.4, 26.1, 56.4]
    }
  },
  scales: { full }
})
