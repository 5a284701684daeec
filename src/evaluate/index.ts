/** Evaluation: the stage that asks a policy about held-out examples, by task, and the measures for anybody's detections. */
import { detection as detectionTask } from "../task/detection/detection.ts"
import { on } from "./on.ts"

export { Coco, suppress } from "../task/detection/index.ts"
export { evaluateFiles } from "./files.ts"
export { on }

/**
 * Asks for objects and measures the boxes that come back: mAP and COCO's other numbers, precision and recall at IoU 0.5.
 *
 * `mode: "positive"` asks for the labels that are in an image, "all" for every category of the data set. Boxes of samples
 * are in pixels of the image file. Source: VLM-R1 findings, section 2.1, evaluation modes.
 */
export const detection = on(detectionTask)
