export { ComputeThreads, local } from "./local/local.ts"
export * from "./Policy.ts"
