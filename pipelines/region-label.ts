/** Naming what is in a given box, against detection, as training data (VLM-R1 findings, section 3.2). */
import { Data, Evaluate, Experiment, Filter, Pipeline, Prompt, Reward, Rollout, Task, Update } from "assay"
import { cocoTrain, filtered, full, loop, optimizer, policy, rollout } from "./support/given.ts"

const detection = Pipeline.from(cocoTrain).pipe(Filter.singleClass({ of: "labels" }), Prompt.template(Prompt.enhanced))
const region = Pipeline.from(Task.region.choices(cocoTrain)).pipe(Prompt.template(Prompt.enhanced, Task.region.task))

const mixed = (ratios: { readonly detection: number; readonly region: number }) => Data.mix({ parts: { detection, region }, ratios })

const reward = Reward.byTask({
  detection: Reward.sum(Reward.ap(), Reward.format()),
  region: Reward.sum(Reward.regionAccuracy(), Reward.format())
})

export default Experiment.make("region-label", {
  question: "Does naming regions help or hinder detection?",
  policy,
  seeds: 3,
  axes: {
    data: {
      "pure single region": mixed({ detection: 0, region: 1 }),
      "mixed": mixed({ detection: 1, region: 1 }),
      "pure detection": mixed({ detection: 1, region: 0 })
    }
  },
  baseline: { data: "pure detection" },
  pipeline: ({ data }) =>
    Pipeline.from(data).pipe(
      Pipeline.loop(loop, Rollout.sample(rollout), Reward.score(reward), Update.grpo(optimizer)),
      Evaluate.detection({ ...filtered, template: Prompt.enhanced })
    ),
  references: { "base model": Pipeline.from(mixed({ detection: 1, region: 0 })).pipe(Evaluate.detection(filtered)) },
  table: {
    rows: "data",
    metrics: ["mAP", "precision@0.5", "recall@0.5"],
    published: {
      "pure single region": [18.4, 66.01, 34.57],
      "mixed": [21.7, 63.98, 46.75],
      "pure detection": [23.8, 65.58, 48.92]
    }
  },
  scales: { full }
})
