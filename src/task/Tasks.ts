/** The tasks by name: to add one takes its folder and a line here. */
export * as counting from "./counting/index.ts"
export * as detection from "./detection/index.ts"
export * as referring from "./referring/index.ts"
export * as region from "./region/index.ts"
