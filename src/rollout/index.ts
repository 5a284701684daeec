/** Rollouts: sampled answers to prompts. */
export { dynamic } from "./dynamic.ts"
export { isFlat } from "../pipeline/statistics.ts"
export type { Group, Rollouts, ScoredRollouts, WeightedPart } from "./rollouts.ts"
export { sample } from "./sample.ts"
