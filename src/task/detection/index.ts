/** The room of detection: its task, its examples, its rewards, and COCO's measures. */
export * as Coco from "./coco/Coco.ts"
export { suppress } from "./coco/suppress.ts"
export { detection as task } from "./detection.ts"
export type { Example, TrueObject } from "./example.ts"
export { answer, trainingLabels } from "./Question.ts"
export { boxes } from "./read.ts"
export { ap, ap50, odLength } from "./reward/ap.ts"
export { weightedSum } from "./reward/weightedSum.ts"
