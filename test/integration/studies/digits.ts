/** A study in small: random weights, GRPO towards digits with a KL term, an evaluation. */
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "../../../src/index.ts"

/** Share of a completion's characters that are digits: even random weights earn some, and unlike amounts. */
export const digits = Reward.define({
  name: "digits",
  module: import.meta.url,
  config: Schema.Struct({}),
  score: (_, { completion }) => (completion.match(/\d/g)?.length ?? 0) / Math.max(1, completion.length)
})

export default Experiment.make("digits", {
  question: "Does a killed run end as an undisturbed one?",
  policy: Policy.local(fileURLToPath(new URL("../../../assets/tiny-vl", import.meta.url)), { weights: 0 }),
  seeds: 2,
  pipeline: () =>
    Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 16 })).pipe(
      Prompt.template(Prompt.standard),
      Pipeline.loop(
        { steps: 5, batch: 2, checkpointEvery: 2 },
        Rollout.sample({ groupSize: 4, maxTokens: 24 }),
        Reward.score(digits()),
        Update.grpo({ learningRate: 1e-3, klCoefficient: 0.04 })
      ),
      Evaluate.detection({
        data: Data.shapes({ split: "validation", layout: "coco", count: 8 }),
        mode: "positive",
        reward: digits(),
        limit: 8,
        maxTokens: 24
      })
    ),
  table: { metrics: ["detection/reward"] }
})
