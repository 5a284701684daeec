/** Sources of data sets, and the one way of filters. */
export { DataError } from "../task/dataError.ts"
export type { AnyExample, Dataset } from "../task/dataset.ts"
export type { Example, TrueObject } from "../task/detection/example.ts"
export { renderPng, renderRaw } from "../vision/scenes/render.ts"
export { keep, refine } from "./keep.ts"
export { coco, ovdeval } from "./readers.ts"
export { scenes } from "./scenes.ts"
export { itemOf, sceneOf, shapes } from "./shapes.ts"
