/**
 * Small objects without losing recall (VLM-R1 findings, future work): rewards that count what is missed, and groups that teach
 * something, on small objects only.
 */
import { Evaluate, Experiment, Filter, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import { cocoTrain, filtered, full, loop, optimizer, policy, rollout } from "./support/given.ts"

const prompts = Pipeline.from(cocoTrain).pipe(Filter.area({ max: 0.005 }), Prompt.template(Prompt.enhanced))

const sample = Rollout.sample(rollout)
const update = Update.grpo(optimizer)

const score = (reward: Reward.Reward) => Reward.score(Reward.sum(reward, Reward.format()))

const train = (reward: Reward.Reward) => Pipeline.loop(loop, sample, score(reward), update)

/** Tries four times as many prompts, and learns from those whose answers differ. */
const trainDynamic = (reward: Reward.Reward) =>
  Pipeline.loop(
    { ...loop, batch: 4 * loop.batch },
    Rollout.dynamic({ groups: loop.batch }, sample, score(reward)),
    update
  )

export default Experiment.make("small-object-recall", {
  question: "Which reward or sampling keeps recall while small objects are learnt?",
  policy,
  seeds: 3,
  axes: {
    recipe: {
      "AP": train(Reward.ap()),
      "weighted_sum": train(Reward.weightedSum()),
      "precision and recall": train(Reward.precisionRecall()),
      "AP, dynamic sampling": trainDynamic(Reward.ap())
    }
  },
  baseline: { recipe: "AP" },
  pipeline: ({ recipe }) => prompts.pipe(recipe, Evaluate.detection(filtered)),
  references: { "base model": prompts.pipe(Evaluate.detection(filtered)) },
  table: { rows: "recipe", metrics: ["mAP", "precision@0.5", "recall@0.5", "APsmall"] },
  scales: { full }
})
