/** Rewards by name: to add one takes its file and a line here. */
export { ap, ap50, odLength } from "../task/detection/reward/ap.ts"
export { weightedSum } from "../task/detection/reward/weightedSum.ts"
export { countingAccuracy } from "../task/counting/accuracy.ts"
export { overlap } from "../task/referring/overlap.ts"
export { regionAccuracy } from "../task/region/accuracy.ts"
export { cosine } from "./cosine.ts"
export { format } from "./format.ts"
export { repetition } from "./repetition.ts"
