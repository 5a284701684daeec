/**
 * How `assets/tiny-vl` was made: supervised training from random weights on scenes it will never be tested on, first with
 * lessons that tie words and places to what is seen, then with questions of the kind that a study asks, about other scenes.
 *
 * It takes two and a half hours on two cores. Afterwards `npx assay export RUN --out assets/tiny-vl --dtype F16` writes the
 * weights into the folder.
 */
import { Data, Evaluate, Experiment, Pipeline, Policy, Reward, Update } from "assay"
import { lessons } from "./support/lessons.ts"
import { questions } from "./support/questions.ts"

const scenes = (seed: number) => Data.shapes({ split: "train", layout: "coco", count: 60_000, seed })
const validation = Data.shapes({ split: "validation", layout: "coco" })

const optimizer = { warmup: 100, schedule: "cosine", weightDecay: 0.01 } as const

export default Experiment.make("pretrain-tiny", {
  question: "Can a two-million-parameter Qwen2.5-VL learn to detect coloured shapes?",
  policy: Policy.local("assets/tiny-vl", { weights: 0 }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(scenes(0)).pipe(
      lessons({}),
      Pipeline.loop(
        { steps: 12_000, batch: 32, checkpointEvery: 100 },
        Update.sft({ ...optimizer, learningRate: 1.2e-3 })
      ),
      scenes(2),
      questions({}),
      Pipeline.loop(
        { steps: 8000, batch: 32, checkpointEvery: 100 },
        Update.sft({ ...optimizer, learningRate: 1e-3 })
      ),
      Evaluate.detection({ data: validation, mode: "positive", reward: Reward.weightedSum() })
    ),
  table: { metrics: ["mAP", "precision@0.5", "recall@0.5", "formatRate"] }
})
