/** A study of a model by its name on the hub: an evaluation before any training. */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt } from "assay"

const scenes = Data.shapes({ split: "validation", layout: "coco", count: 2 })

export default Experiment.make("named", {
  question: "Does a name do what a folder does?",
  policy: Policy.local("org/tiny-vl"),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(scenes).pipe(Prompt.template(Prompt.enhanced), Evaluate.detection({ data: scenes, mode: "positive", maxTokens: 8 })),
  table: { metrics: ["mAP"] }
})
