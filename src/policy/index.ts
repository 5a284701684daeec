/** Policies: what is sampled and trained. */
export { type Saved, writeAdapter, writeFolder } from "./local/export.ts"
export { local } from "./local/local.ts"
export type { Lora } from "./local/lora.ts"
export * from "./Policy.ts"
