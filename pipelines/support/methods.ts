/** The trainings that section 6 of the VLM-R1 findings compares, on the same data: COCO. */
import { Filter, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import { cocoTrain, loop, optimizer, rollout, sftLearningRate } from "./given.ts"

export const prompts = Pipeline.from(cocoTrain).pipe(Filter.pos3(), Prompt.template(Prompt.enhanced))

/** The reward AP, no KL term, nothing that looks at length. */
export const basicRl = prompts.pipe(Pipeline.loop(
  loop,
  Rollout.sample(rollout),
  Reward.score(Reward.sum(Reward.ap(), Reward.format())),
  Update.grpo({ ...optimizer, klCoefficient: 0 })
))

/** As many steps on as many pictures. */
export const sft = prompts.pipe(Pipeline.loop(loop, Update.sft({ ...optimizer, learningRate: sftLearningRate })))

/** The findings' best reward, and a KL term. */
export const tunedRl = prompts.pipe(Pipeline.loop(
  loop,
  Rollout.sample(rollout),
  Reward.score(Reward.sum(Reward.weightedSum(), Reward.cosine(), Reward.format())),
  Update.grpo({ ...optimizer, klCoefficient: 0.04 })
))
