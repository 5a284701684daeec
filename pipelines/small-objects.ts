/** Training on small objects only, against regular single boxes (VLM-R1 findings, section 3.1), and on half of each. */
import { Data, Evaluate, Experiment, Filter, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import { cocoTrain, filtered, full, loop, optimizer, policy, rollout } from "./support/given.ts"

const ask = Prompt.template(Prompt.enhanced)

/** Below 0.5 % of the image. */
const small = Pipeline.from(cocoTrain).pipe(Filter.area({ max: 0.005 }), ask)
const regular = Pipeline.from(cocoTrain).pipe(Filter.area({ min: 0.005 }), Filter.oneBoxPerCategory(), ask)

const mixed = (ratios: { readonly small: number; readonly regular: number }) => Data.mix({ parts: { small, regular }, ratios })

export default Experiment.make("small-objects", {
  question: "Does training on small objects trade recall for precision?",
  policy,
  seeds: 3,
  axes: {
    data: {
      "small only": mixed({ small: 1, regular: 0 }),
      "regular single-box": mixed({ small: 0, regular: 1 }),
      "balanced": mixed({ small: 1, regular: 1 })
    }
  },
  baseline: { data: "regular single-box" },
  pipeline: ({ data }) =>
    Pipeline.from(data).pipe(
      Pipeline.loop(
        loop,
        Rollout.sample(rollout),
        Reward.score(Reward.sum(Reward.ap(), Reward.format())),
        Update.grpo(optimizer)
      ),
      Evaluate.detection(filtered)
    ),
  references: { "base model": Pipeline.from(mixed({ small: 0, regular: 1 })).pipe(Evaluate.detection(filtered)) },
  table: {
    rows: "data",
    metrics: ["mAP", "precision@0.5", "recall@0.5", "APsmall"],
    published: {
      "small only": [22.3, 71.39, 43.36],
      "regular single-box": [21.1, 55.02, 49.46]
    }
  },
  scales: { full }
})
