/**
 * How `assets/tiny-vl` was made: supervised training from random weights on scenes it will never be tested on. Lessons tie
 * words and places to what is seen; questions are of the kind that a study asks; and at last half of the answers overlook
 * objects, so that the model finds less than it could, as the findings' base models do, and a reward can teach it the rest.
 *
 * It takes two and a half hours on two cores. Afterwards `npx assay export RUN --out assets/tiny-vl --dtype F16` writes the
 * weights into the folder.
 */
import { Data, Evaluate, Experiment, Pipeline, Policy, Reward, Update } from "assay"
import { lessons } from "./support/lessons.ts"
import { questions } from "./support/questions.ts"

const scenes = (count: number, seed: number) => Data.shapes({ split: "train", layout: "coco", count, seed })
const validation = Data.shapes({ split: "validation", layout: "coco" })

const optimizer = { schedule: "cosine", weightDecay: 0.01 } as const

export default Experiment.make("pretrain-tiny", {
  question: "Can a two-million-parameter Qwen2.5-VL learn to detect coloured shapes?",
  policy: Policy.local("assets/tiny-vl", { weights: 0 }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(scenes(60_000, 0)).pipe(
      lessons({}),
      Pipeline.loop(
        { steps: 12_000, batch: 32, checkpointEvery: 100 },
        Update.sft({ ...optimizer, learningRate: 1.2e-3, warmup: 100 })
      ),
      scenes(60_000, 2),
      questions({ partial: 0 }),
      Pipeline.loop(
        { steps: 8000, batch: 32, checkpointEvery: 100 },
        Update.sft({ ...optimizer, learningRate: 1e-3, warmup: 100 })
      ),
      scenes(12_000, 3),
      questions({ partial: 0.5 }),
      Pipeline.loop(
        { steps: 600, batch: 32, checkpointEvery: 100 },
        Update.sft({ ...optimizer, learningRate: 3e-4, warmup: 50 })
      ),
      Evaluate.detection({ data: validation, mode: "positive", reward: Reward.weightedSum() })
    ),
  table: { metrics: ["mAP", "precision@0.5", "recall@0.5", "formatRate"] }
})
