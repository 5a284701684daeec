/**
 * How `assets/tiny-vl` and `assets/tiny-vl-large` were made: supervised training on drawn worlds, of all four tasks, with pictures
 * that they will never be tested on. At last half of the answers overlook objects, so that the models find less than they could,
 * as the findings' base models do, and a reward can teach them the rest.
 *
 * It starts from what the folders hold: first `support/growTiny.ts` puts the weights of an earlier model into them, as it says. The
 * two took 55 and 84 minutes on two cores that other work was using too. Afterwards `npx assay export RUN --out FOLDER --dtype F16`
 * writes the weights into a new folder.
 */
import { Data, Evaluate, Experiment, Pipeline, Policy, Reward, Task, Update } from "assay"
import { loosen } from "./support/looseFormat.ts"
import { world } from "./support/world.ts"

const optimizer = { schedule: "cosine", weightDecay: 0.01, warmup: 100 } as const

const shapes = Data.shapes({ split: "validation", layout: "coco" })
const expressions = Task.referring.expressions(Data.scenes({ split: "validation", subset: "referring" }))

export default Experiment.make("pretrain-tiny", {
  question: "What can two sizes of a tiny Qwen2.5-VL learn of drawn worlds?",
  axes: {
    size: {
      small: { folder: "assets/tiny-vl", learningRate: 1e-3 },
      large: { folder: "assets/tiny-vl-large", learningRate: 8e-4 }
    }
  },
  policy: ({ size }) => Policy.local(size.folder),
  seeds: 1,
  pipeline: ({ size: { learningRate } }) =>
    Pipeline.from(world({ partial: 0, rows: 100_000 })).pipe(
      loosen({}),
      Pipeline.loop(
        { steps: 6000, batch: 32, checkpointEvery: 100 },
        Update.sft({ ...optimizer, learningRate })
      ),
      world({ partial: 0.5, rows: 20_000 }),
      loosen({}),
      Pipeline.loop(
        { steps: 400, batch: 32, checkpointEvery: 100 },
        Update.sft({ ...optimizer, learningRate: 3e-4 })
      ),
      Evaluate.detection({ data: shapes, mode: "positive", reward: Reward.weightedSum() }),
      Evaluate.referring({ data: expressions }),
      Evaluate.counting({ data: Task.counting.questions(shapes) }),
      Evaluate.region({ data: Task.region.choices(shapes) })
    ),
  table: {
    rows: "size",
    metrics: ["mAP", "precision@0.5", "recall@0.5", "detection/formatRate", "referring/accuracy", "counting/accuracy", "region/accuracy"]
  }
})
