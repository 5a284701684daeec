/** Twice the completion length at half of the batch (VLM-R1 findings, section 7.3). */
import { Evaluate, Experiment, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import { filtered, full, loop, maxTokens, optimizer, ovdevalPrompts, policy, rollout } from "./support/given.ts"

export default Experiment.make("completion-length", {
  question: "Are longer completions worth a smaller batch?",
  policy,
  seeds: 3,
  axes: {
    length: {
      "original": { maxTokens, batch: loop.batch },
      "doubled, half batch": { maxTokens: 2 * maxTokens, batch: loop.batch / 2 }
    }
  },
  baseline: { length: "original" },
  pipeline: ({ length }) =>
    ovdevalPrompts(Prompt.enhanced).pipe(
      Pipeline.loop(
        { ...loop, batch: length.batch },
        Rollout.sample({ ...rollout, maxTokens: length.maxTokens }),
        Reward.score(Reward.sum(Reward.weightedSum(), Reward.format())),
        Update.grpo(optimizer)
      ),
      Evaluate.detection(filtered)
    ),
  table: { rows: "length", metrics: ["mAP", "precision@0.5", "recall@0.5", "meanTokens"] },
  scales: { full }
})
