/** The room of referring: one expression, one box. */
export type { Example } from "./example.ts"
export { exchanges } from "./exchanges.ts"
export { expressions } from "./expressions.ts"
export { overlap } from "./overlap.ts"
export { box } from "./read.ts"
export { referring as task } from "./referring.ts"
