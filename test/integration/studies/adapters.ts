/** Adapters on a model of one's own, whose folder is `ASSAY_TEST_MODEL`. */
import { Data, Experiment, Pipeline, Policy, Prompt, Update } from "../../../src/index.ts"

export default Experiment.make("adapters", {
  question: "What do adapters stand on?",
  policy: Policy.local(process.env["ASSAY_TEST_MODEL"] ?? "", { lora: { rank: 2, alpha: 4, targets: ["q_proj"] } }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 2 })).pipe(
      Prompt.template(Prompt.standard),
      Pipeline.loop({ steps: 1, batch: 1, checkpointEvery: 1 }, Update.sft({ learningRate: 1e-3 }))
    ),
  table: { metrics: ["loop/loss"] }
})
