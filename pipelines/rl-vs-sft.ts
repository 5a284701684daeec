/** RL against supervised fine-tuning on the same data (VLM-R1 findings, section 6.1), by three evaluations of every run. */
import { Evaluate, Experiment } from "assay"
import { filtered, full, inDomain, outOfDomain, policy, referring } from "./support/given.ts"
import { basicRl, prompts, sft, tunedRl } from "./support/methods.ts"

const evaluations = [
  Evaluate.referring({ as: "in-domain", data: inDomain, ...referring }),
  Evaluate.referring({ as: "out-of-domain", data: outOfDomain, ...referring }),
  Evaluate.detection(filtered)
] as const

export default Experiment.make("rl-vs-sft", {
  question: "Does RL detect, and generalise, better than supervised fine-tuning?",
  policy,
  seeds: 3,
  axes: { method: { "basic RL": basicRl, "SFT": sft, "tuned RL": tunedRl } },
  baseline: { method: "SFT" },
  pipeline: ({ method }) => method.pipe(...evaluations),
  references: { "base": prompts.pipe(...evaluations) },
  table: {
    rows: "method",
    metrics: ["in-domain/accuracy", "out-of-domain/accuracy", "detection/mAP"],
    published: {
      "base": [73.73, 71.8, 23.7],
      "basic RL": [73.87, 67.4, 23.5],
      "SFT": [83.20, 70.4, 25.5]
    }
  },
  scales: { full }
})
