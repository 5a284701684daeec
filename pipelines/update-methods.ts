/**
 * GRPO and its relatives on the same rollouts' budget, on scenes of coloured shapes.
 *
 * All take two steps on each batch of rollouts: with one, every ratio is 1, and GSPO is GRPO to the last digit. DAPO here has
 * all its parts: more room upwards, all tokens alike, dynamic sampling and the soft length punishment.
 */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"

const validation = Data.shapes({ split: "validation", layout: "coco" })
const evaluation = Evaluate.detection({ data: validation, mode: "positive", reward: Reward.weightedSum() })
const prompts = Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", seed: 1 })).pipe(Prompt.template(Prompt.enhanced))

const reward = Reward.sum(Reward.weightedSum(), Reward.format())
const sample = Rollout.sample({ groupSize: 8, maxTokens: 160 })
const optimizer = { learningRate: 1e-4, iterations: 2 }
const loop = { steps: 30, batch: 8, checkpointEvery: 10 }

const plain = (update: ReturnType<typeof Update.grpo>) => Pipeline.loop(loop, sample, Reward.score(reward), update)

export default Experiment.make("update-methods", {
  question: "Which way to learn from the same rewards?",
  policy: Policy.local("assets/tiny-vl"),
  seeds: 3,
  axes: {
    method: {
      "GRPO": plain(Update.grpo(optimizer)),
      "GRPO, KL 0.04": plain(Update.grpo({ ...optimizer, klCoefficient: 0.04 })),
      "GRPO, rewards apart": plain(Update.grpo({ ...optimizer, compare: "parts" })),
      "Dr. GRPO": plain(Update.drGrpo(optimizer)),
      "DAPO": Pipeline.loop(
        { ...loop, batch: 16 },
        Rollout.dynamic(
          { groups: 8 },
          sample,
          Reward.score(Reward.sum(reward, Reward.softOverlong({ maxLength: 160, margin: 32 })))
        ),
        Update.dapo(optimizer)
      ),
      "GSPO": plain(Update.gspo(optimizer)),
      "CISPO": plain(Update.cispo(optimizer))
    }
  },
  baseline: { method: "GRPO" },
  references: { "base model": prompts.pipe(evaluation) },
  pipeline: ({ method }) => prompts.pipe(method, evaluation),
  table: { rows: "method", metrics: ["mAP", "precision@0.5", "recall@0.5", "detection/reward"] }
})
