/** Evaluation: the stage that asks a policy about held-out examples, by task, and the measures for anybody's detections. */
import { Coco, suppress } from "../task/detection/index.ts"
import { ovdeval as ovdevalAverages } from "./Averages.ts"
import { byTask } from "./byTask.ts"
import { evaluateFiles } from "./files.ts"
import { groups } from "./groups.ts"
import { on } from "./on.ts"
import { rise } from "./rise.ts"

/**
 * `Evaluate.detection` asks for objects and measures the boxes that come back, and so does every other task's; `on` makes
 * one for a task of your own, `groups` averages several, and `rise` judges a curve of the training. `Coco` and `suppress`
 * measure detections without a model.
 */
export const Evaluate = { ...byTask, on, groups, rise, ovdevalAverages, evaluateFiles, Coco, suppress }
