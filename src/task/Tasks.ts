/** The tasks by name: to add one takes its folder and a line here. */
export * as detection from "./detection/index.ts"
export * as referring from "./referring/index.ts"
