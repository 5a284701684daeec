/** Rollouts: sampled answers to prompts. */
export type { Group, Rollouts, ScoredRollouts } from "./Rollout.ts"
export { sample } from "./sample.ts"
