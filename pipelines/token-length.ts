/** How long answers become by RL and by SFT (VLM-R1 findings, section 6.2): the runs of rl-vs-sft, and the length of their answers. */
import { Evaluate, Experiment } from "assay"
import { filtered, full, policy } from "./support/given.ts"
import { basicRl, prompts, sft } from "./support/methods.ts"

const evaluation = Evaluate.detection(filtered)

export default Experiment.make("token-length", {
  question: "Does RL by AP make answers longer?",
  policy,
  seeds: 3,
  axes: { method: { "RL": basicRl, "SFT": sft } },
  baseline: { method: "SFT" },
  pipeline: ({ method }) => method.pipe(evaluation),
  references: { "base": prompts.pipe(evaluation) },
  table: {
    rows: "method",
    metrics: ["minTokensBelowCut", "maxTokensBelowCut", "meanTokensBelowCut", "answersFromCut", "boxRatio", "mAP"],
    published: {
      "base": [34, 1892, 139.752, 281],
      "RL": [79, 2999, 240.563, 534],
      "SFT": [48, 2999, 192.259, 238]
    }
  },
  scales: { full }
})
