/**
 * How `assets/tiny-vl` was made: supervised training from random weights on scenes it will never be tested on, first on
 * those with a single object, until things have names and places, then on all of them.
 *
 * It takes half an hour on two cores. Afterwards `node pipelines/support/exportTiny.ts` writes the weights into the folder.
 */
import { Data, Evaluate, Experiment, Filter, Pipeline, Policy, Reward, Update } from "assay"
import { lessons } from "./support/lessons.ts"

const train = Data.shapes({ split: "train", layout: "coco", count: 40_000 })
const validation = Data.shapes({ split: "validation", layout: "coco" })

export default Experiment.make("pretrain-tiny", {
  question: "Can a two-million-parameter Qwen2.5-VL learn to detect coloured shapes?",
  policy: Policy.local("assets/tiny-vl", { weights: 0 }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(train).pipe(
      Filter.maxBoxes(1),
      lessons({}),
      Pipeline.loop(
        { steps: 1200, batch: 32, checkpointEvery: 100 },
        Update.sft({ learningRate: 2e-3, warmup: 100, weightDecay: 0.01 })
      ),
      train,
      lessons({}),
      Pipeline.loop(
        { steps: 3000, batch: 32, checkpointEvery: 100 },
        Update.sft({ learningRate: 1.5e-3, warmup: 100, schedule: "cosine", weightDecay: 0.01 })
      ),
      Evaluate.detection({ data: validation, mode: "positive", reward: Reward.weightedSum() })
    ),
  table: { metrics: ["mAP", "precision@0.5", "recall@0.5", "formatRate"] }
})
