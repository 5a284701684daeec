/** Rewards: pure judges of completions, ways to combine them, and the stage that scores rollouts. */
export { boxes } from "../task/detection/read.ts"
export { compose, define, part } from "../task/reward.ts"
export type { Composition, Definition, Part, Reward, Scorable, Score } from "../task/reward.ts"
export { byTask } from "./byTask.ts"
export { sum, weight } from "./combine.ts"
export * from "./Registry.ts"
export { score } from "./score.ts"
export { softOverlong } from "./softOverlong.ts"
