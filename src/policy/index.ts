/** Policies: what is sampled and trained. */
export { type Saved, writeAdapter, writeFolder } from "../model/export.ts"
export { local } from "./local/local.ts"
export type { Lora } from "../model/lora.ts"
export * from "./Policy.ts"
