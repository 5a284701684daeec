/** Update stages: what changes a policy, and the losses behind them. */
export * as Advantages from "./advantages.ts"
export { Diverged } from "./diverged.ts"
export * as Kl from "./kl.ts"
export * as Losses from "./losses.ts"
export { cispo, dapo, drGrpo, grpo, gspo } from "./methods.ts"
export { sft } from "./sft.ts"
