/** The room of counting: one label, one number. */
export { countingAccuracy } from "./accuracy.ts"
export { counting as task } from "./counting.ts"
export type { Example } from "./example.ts"
export { exchanges } from "./exchanges.ts"
export { questions } from "./questions.ts"
export { number } from "./read.ts"
