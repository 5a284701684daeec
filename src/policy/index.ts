/** Policies: what is sampled and trained. */
export { define } from "./define.ts"
export { local, tiny } from "./local/local.ts"
export type { Lora } from "../model/lora.ts"
export { PolicyError } from "./policyError.ts"
export type { Message, Question } from "../model/message.ts"
export { type Completion, type SampleOptions, Sampler } from "./sampler.ts"
export { stateless } from "./stateless.ts"
export { type AdamW, type Sequence, Trainer } from "./trainer.ts"
