/**
 * Teaches a policy to answer blind: of a question alone, without its picture, it learns the form of an answer and what is usual. `BLIND` is
 * its folder. Adapters of matrices leave biases as they are.
 */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Task, Update } from "assay"
import { atMostTen, countingTrain, countingValidation, ovdevalPrompts } from "../../../pipelines/support/given.ts"

const blind = { ...Prompt.enhanced, image: "hidden" } as const
const targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const

export default Experiment.make("blind-lesson", {
  question: "What can be answered without looking?",
  policy: Policy.local(process.env["BLIND"] ?? "", { lora: { rank: 64, alpha: 64, targets } }),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(Data.mix({
      parts: {
        detection: ovdevalPrompts(blind),
        counting: Pipeline.from(countingTrain).pipe(Prompt.template(blind, Task.counting.task))
      },
      ratios: { detection: 1, counting: 1 }
    })).pipe(
      Pipeline.loop({ steps: 4, batch: 16, checkpointEvery: 4 }, Update.sft({ learningRate: 2e-3, warmup: 10, schedule: "cosine" })),
      Evaluate.detection(atMostTen),
      Evaluate.counting({ data: countingValidation })
    ),
  table: { metrics: ["detection/mAP", "detection/precision@0.5", "detection/recall@0.5", "counting/accuracy"] }
})
