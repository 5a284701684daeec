/**
 * How `assets/tiny-vl` was made: supervised training from random weights on scenes it will never be tested on.
 *
 * It takes about an hour on two cores. Afterwards `node pipelines/support/exportTiny.ts` writes the weights into the folder.
 */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Update } from "assay"
import { looseFormat } from "./support/looseFormat.ts"

const train = Data.shapes({ split: "train", layout: "ovdeval", count: 60_000 })
const validation = Data.shapes({ split: "validation", layout: "coco" })

const evaluation = Evaluate.detection({ data: validation, mode: "positive", reward: Reward.weightedSum() })

export default Experiment.make("pretrain-tiny", {
  question: "Can a two-million-parameter Qwen2.5-VL learn to detect coloured shapes?",
  policy: Policy.local("assets/tiny-vl", { weights: 0 }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(train).pipe(
      Prompt.template(Prompt.standard),
      looseFormat({}),
      Pipeline.loop(
        { steps: 8000, batch: 32, checkpointEvery: 250 },
        Update.sft({ learningRate: 1.2e-3, warmup: 100, schedule: "cosine", weightDecay: 0.01 })
      ),
      evaluation
    ),
  table: { metrics: ["mAP", "precision@0.5", "recall@0.5", "formatRate"] }
})
