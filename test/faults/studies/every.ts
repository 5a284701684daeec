/** A study with a stage of every kind, on the shipped tiny model: filter, prompt, SFT, GRPO that is watched, and evaluations. */
import { Data, Evaluate, Experiment, Filter, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"
import { digits } from "../../integration/studies/digits.ts"

const pictures = Data.shapes({ split: "validation", layout: "coco", count: 4 })

const evaluation = (as: string, limit: number) =>
  Evaluate.detection({ as, data: pictures, mode: "positive", reward: digits(), limit, maxTokens: 8 })

const prompts = Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 12 })).pipe(
  Filter.maxBoxes(20),
  Prompt.template(Prompt.standard)
)

const optimizer = { learningRate: 1e-4 }

export default Experiment.make("every", {
  question: "Does a run that anything may happen to end as an undisturbed one?",
  policy: Policy.tiny(),
  seeds: 1,
  axes: { kl: { without: 0, with: 0.04 } },
  baseline: { kl: "without" },
  references: { untrained: prompts.pipe(evaluation("held-out", 4)) },
  pipeline: ({ kl }) =>
    prompts.pipe(
      Pipeline.loop({ steps: 2, batch: 2, checkpointEvery: 1 }, Update.sft(optimizer)),
      Pipeline.loop(
        { steps: 3, batch: 2, checkpointEvery: 2, keep: { best: "watch/reward" } },
        Rollout.sample({ groupSize: 2, maxTokens: 8 }),
        Reward.score(Reward.sum(digits(), Reward.format())),
        Update.grpo({ ...optimizer, klCoefficient: kl }),
        Pipeline.every(2, evaluation("watch", 2))
      ),
      Evaluate.groups({ as: "all", averages: { mean: ["held-out", "few"] } }, evaluation("held-out", 4), evaluation("few", 2))
    ),
  table: { rows: "kl", metrics: ["all/mean/mAP"] }
})
