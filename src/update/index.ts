/** Update stages: what changes a policy, and the losses behind them. */
export * as Advantages from "./advantages.ts"
export { grpo } from "./grpo.ts"
export * as Losses from "./losses.ts"
export { sft } from "./sft.ts"
