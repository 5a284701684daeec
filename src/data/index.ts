/** Sources of data sets. */
export { DataError } from "../task/dataError.ts"
export type { Dataset, Example, TrueObject } from "../task/detection/example.ts"
export { coco, ovdeval } from "./readers.ts"
export { renderPng, renderRaw } from "../vision/scenes/render.ts"
export { itemOf, sceneOf, shapes } from "./shapes.ts"
