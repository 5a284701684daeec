/** Sources of data sets. */
export { DataError } from "./DataError.ts"
export type { Dataset, Example, TrueObject } from "./Example.ts"
export { coco, ovdeval } from "./readers.ts"
export { sceneOf, shapes } from "./shapes.ts"
