/** A study whose policy is a server, at the url in ASSAY_TEST_URL: rollouts in a loop that trains nothing, and an evaluation. */
import * as Schema from "effect/Schema"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout } from "../../../src/index.ts"
import * as Engine from "../../../src/engine.ts"

/** Ends a step without an update. */
export const rest = Engine.Stage.define({
  kind: "update",
  name: "rest",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (_, _rollouts: Rollout.ScoredRollouts): void => {}
})

const data = Data.shapes({ split: "validation", layout: "coco", count: 12 })

export default Experiment.make("asked", {
  question: "Is an answered question asked again?",
  policy: Policy.openai({ url: process.env["ASSAY_TEST_URL"]!, model: "tiny", concurrency: 4 }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(data).pipe(
      Prompt.template(Prompt.standard),
      Pipeline.loop(
        { steps: 3, batch: 6, checkpointEvery: 2 },
        Rollout.sample({ groupSize: 2, maxTokens: 24 }),
        Reward.score(Reward.format()),
        rest({})
      ),
      Evaluate.detection({ data, mode: "positive", maxTokens: 24 })
    ),
  table: { metrics: ["mAP"] }
})
