/** Update stages: what changes a policy, and the losses behind them. */
export * as Losses from "./losses.ts"
export { sft } from "./sft.ts"
