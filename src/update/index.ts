/** Update stages: what changes a policy, and the losses behind them. */
export * as Advantages from "./Advantages.ts"
export { Diverged } from "./Diverged.ts"
export * as Kl from "./Kl.ts"
export * as Losses from "./Losses.ts"
export { cispo, dapo, drGrpo, grpo, gspo } from "./methods.ts"
export { external } from "../external/external.ts"
export { sft } from "./sft.ts"
