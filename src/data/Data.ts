/** Sources of data sets. */
export { DataError } from "./DataError.ts"
export type { Dataset, Example, TrueObject } from "./Example.ts"
export { coco, ovdeval } from "./readers.ts"
export { renderPng, renderRaw } from "./render.ts"
export { itemOf, sceneOf, shapes } from "./shapes.ts"
