/** Rollouts: sampled answers to prompts. */
export { dynamic } from "./dynamic.ts"
export { isFlat } from "./Rollout.ts"
export type { Group, Rollouts, ScoredRollouts, WeightedPart } from "./Rollout.ts"
export { sample } from "./sample.ts"
