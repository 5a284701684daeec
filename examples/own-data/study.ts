/** Three steps of training on pictures from a file of one's own: two ways to choose among eight, four held out. */
import { Evaluate, Experiment, Filter, Pipeline, Policy, Prompt, Update } from "assay"
import { prominent, toys } from "./toys.ts"

export default Experiment.make("own-data", {
  question: "Which pictures teach more: those with few toys, or those with a large one?",
  policy: Policy.tiny(),
  seeds: 1,
  axes: {
    training: {
      "few toys": Filter.maxBoxes(2),
      "a large toy": prominent({ share: 0.15 })
    }
  },
  pipeline: ({ training }) =>
    Pipeline.from(toys({ file: "train.jsonl" })).pipe(
      training,
      Prompt.template(Prompt.enhanced),
      Pipeline.loop({ steps: 3, batch: 4, checkpointEvery: 3 }, Update.sft({ learningRate: 1e-4 })),
      Evaluate.detection({ data: toys({ file: "heldout.jsonl" }), mode: "positive" })
    ),
  table: { rows: "training", metrics: ["mAP", "recall@0.5"] }
})
