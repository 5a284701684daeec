/** A study in small: random weights, GRPO towards digits with a KL term, watched as it learns, and evaluated at its best. */
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

const evaluation = (as: string, limit: number) =>
  Evaluate.detection({
    as,
    data: Data.shapes({ split: "validation", layout: "coco", count: 4 }),
    mode: "positive",
    reward: digits(),
    limit,
    maxTokens: 8
  })

export default Experiment.make("digits", {
  question: "Does a killed run end as an undisturbed one?",
  policy: Policy.local(fileURLToPath(new URL("../../../assets/tiny-vl", import.meta.url)), { weights: 0 }),
  seeds: 2,
  pipeline: () =>
    Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 16 })).pipe(
      Prompt.template(Prompt.standard),
      Pipeline.loop(
        { steps: 5, batch: 2, checkpointEvery: 2, keep: { best: "watch/reward" } },
        Rollout.sample({ groupSize: 2, maxTokens: 16 }),
        Reward.score(digits()),
        Update.grpo({ learningRate: 1e-3, klCoefficient: 0.04 }),
        Pipeline.every(2, evaluation("watch", 2))
      ),
      evaluation("held-out", 4)
    ),
  table: { metrics: ["held-out/reward"] }
})
