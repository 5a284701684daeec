/** The room of region: one box, one label of several. */
export { regionAccuracy } from "./accuracy.ts"
export { choices } from "./choices.ts"
export type { Example } from "./example.ts"
export { chosen } from "./read.ts"
export { region as task } from "./region.ts"
