/** A missing space in the question (VLM-R1 findings, section 5.1): when do the rewards rise? */
import { Evaluate, Experiment, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import { filtered, full, loop, optimizer, ovdevalPrompts, policy, risen, rollout } from "./support/given.ts"

export default Experiment.make("prompt-grammar", {
  question: "Does a missing space delay the training?",
  policy,
  seeds: 5,
  axes: { question: { "missing space": Prompt.missingSpace, "fixed space": Prompt.fixedSpace } },
  baseline: { question: "missing space" },
  pipeline: ({ question }) =>
    ovdevalPrompts(question).pipe(
      Pipeline.loop(
        loop,
        Rollout.sample(rollout),
        Reward.score(Reward.sum(Reward.weightedSum(), Reward.format())),
        Update.grpo(optimizer)
      ),
      Evaluate.rise({ as: "accuracy", of: "reward/weightedSum", ...risen }),
      Evaluate.rise({ as: "format", of: "reward/format", ...risen }),
      Evaluate.detection(filtered)
    ),
  table: {
    rows: "question",
    metrics: ["accuracy/firstStep", "format/firstStep", "accuracy/risen", "format/start", "accuracy/start", "accuracy/end", "mAP"],
    published: { "missing space": [125, 15], "fixed space": [65, 15] }
  },
  scales: { full }
})
