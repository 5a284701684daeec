/**
 * How `assets/tiny-vl` was made: supervised training from random weights on scenes it will never be tested on, first on
 * those with a single object, until it has found out where in the picture a thing is, then on all.
 *
 * It takes about an hour on two cores. Afterwards `node pipelines/support/exportTiny.ts` writes the weights into the folder.
 */
import { Data, Evaluate, Experiment, Filter, Pipeline, Policy, Prompt, Reward, Update } from "assay"
import { looseFormat } from "./support/looseFormat.ts"

const simple = Data.shapes({ split: "train", layout: "coco", count: 16_000 })
const all = Data.shapes({ split: "train", layout: "ovdeval", count: 60_000 })
const validation = Data.shapes({ split: "validation", layout: "coco" })

export default Experiment.make("pretrain-tiny", {
  question: "Can a two-million-parameter Qwen2.5-VL learn to detect coloured shapes?",
  policy: Policy.local("assets/tiny-vl", { weights: 0 }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(simple).pipe(
      Filter.maxBoxes(1),
      Prompt.template(Prompt.standard),
      looseFormat({}),
      Pipeline.loop(
        { steps: 1000, batch: 32, checkpointEvery: 100 },
        Update.sft({ learningRate: 2e-3, warmup: 100, weightDecay: 0.01 })
      ),
      all,
      Prompt.template(Prompt.standard),
      looseFormat({}),
      Pipeline.loop(
        { steps: 5500, batch: 32, checkpointEvery: 100 },
        Update.sft({ learningRate: 2e-3, warmup: 100, schedule: "cosine", weightDecay: 0.01 })
      ),
      Evaluate.detection({ data: validation, mode: "positive", reward: Reward.weightedSum() })
    ),
  table: { metrics: ["mAP", "precision@0.5", "recall@0.5", "formatRate"] }
})
