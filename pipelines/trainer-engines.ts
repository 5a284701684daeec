/**
 * One training by three engines (VLM-R1 findings, section 7.1): all of it here; sampled by vLLM and trained here; all of it by TRL.
 * Counting accuracy must agree within its interval. It needs two programs, named by the environment:
 *
 * - `ASSAY_SERVER`: a vLLM that calls the model "policy" and takes weights (docs/how-to/split.md), http://127.0.0.1:8000/v1 unless given;
 * - `ASSAY_TRL`: a Python that has TRL (docs/how-to/trainers.md), python3 unless given.
 *
 * One run at a time samples from the server: `--jobs 1`.
 */
import { Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Task, Update } from "assay"
import { countingTrain, countingValidation, full, loop, optimizer, policyFolder, rollout, split } from "./support/given.ts"

const prompts = Pipeline.from(countingTrain).pipe(Prompt.template(Prompt.enhanced, Task.counting.task))
const reward = Reward.sum(Reward.countingAccuracy(), Reward.format())
const here = Policy.local(policyFolder)

/** The gap between two programs is weighed out, as large trainers do it; of one program with itself it is nothing. */
const grpo = Pipeline.loop(loop, Rollout.sample(rollout), Reward.score(reward), Update.grpo({ ...optimizer, importanceCap: 2 }))
const trl = Update.external(
  { trainer: "trl", ...loop, ...rollout, ...optimizer, microBatch: 32, python: [process.env["ASSAY_TRL"] ?? "python3"] },
  reward
)

export default Experiment.make("trainer-engines", {
  question: "Does it matter who samples and who trains?",
  policy: ({ engine }) => engine.policy,
  seeds: 3,
  axes: {
    engine: {
      "here": { policy: here, train: grpo },
      "vLLM rollouts": { policy: split(process.env["ASSAY_SERVER"] ?? "http://127.0.0.1:8000/v1"), train: grpo },
      "TRL": { policy: here, train: trl }
    }
  },
  baseline: { engine: "here" },
  pipeline: ({ engine }) =>
    prompts.pipe(
      Evaluate.counting({ data: countingValidation, as: "base" }),
      engine.train,
      Evaluate.counting({ data: countingValidation })
    ),
  table: {
    rows: "engine",
    metrics: ["counting/accuracy", "base/accuracy"]
  },
  scales: { full }
})
