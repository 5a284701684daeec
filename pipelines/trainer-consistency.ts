/**
 * One training by different back ends and computations of its loss (VLM-R1 findings, section 7.1): counting accuracy must agree
 * within its interval. Rows differ in how the same update is computed, so their seeds draw the same prompts.
 */
import { Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Task, Update } from "assay"
import { adapters, countingTrain, countingValidation, full, loop, optimizer, policy, policyFolder, rollout } from "./support/given.ts"

const prompts = Pipeline.from(countingTrain).pipe(Prompt.template(Prompt.enhanced, Task.counting.task))
const evaluation = Evaluate.counting({ data: countingValidation })

/** GRPO's loss as such; with importance weights and a clipped ratio, which are 1 on fresh samples; with sequence-wise ratios. */
const whole = { policy, update: Update.grpo(optimizer) }

export default Experiment.make("trainer-consistency", {
  question: "Does it matter which code trains?",
  policy: ({ trainer }) => trainer.policy,
  seeds: 3,
  axes: {
    trainer: {
      "whole batches": whole,
      // computed here in any case: beside a server that trains the others, this is the row that it must agree with
      "micro-batches": { ...whole, policy: Policy.local(policyFolder, { microBatch: 4, lora: adapters }) },
      "importance weights": { ...whole, update: Update.grpo({ ...optimizer, importanceCap: 2 }) },
      "sequence ratio": { ...whole, update: Update.gspo(optimizer) }
    }
  },
  baseline: { trainer: "whole batches" },
  pipeline: ({ trainer }) =>
    prompts.pipe(
      Evaluate.counting({ data: countingValidation, as: "base" }),
      Pipeline.loop(
        loop,
        Rollout.sample(rollout),
        Reward.score(Reward.sum(Reward.countingAccuracy(), Reward.format())),
        trainer.update
      ),
      evaluation
    ),
  table: {
    rows: "trainer",
    metrics: ["counting/accuracy", "base/accuracy"]
  },
  scales: { full }
})
