/** Evaluation: the stage that asks a policy about held-out images, and the measures it uses on anybody's detections. */
export * as Coco from "../task/detection/coco/Coco.ts"
export { detection } from "./detection.ts"
export { FileError } from "./FileError.ts"
export { evaluateFiles } from "./files.ts"
export { suppress } from "../task/detection/coco/suppress.ts"
