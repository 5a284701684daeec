/** Policies: what is sampled and trained. */
export { local } from "./local/local.ts"
export * from "./Policy.ts"
