/** Rollouts: groups of sampled answers, and what they earned. */
import type { Completion } from "../policy/sampler.ts"
import type { Prompt } from "../task/prompt.ts"

/** Sampled answers to one prompt: a group, in GRPO's words. */
export interface Group {
  readonly prompt: Prompt
  /** The prompt as the model read it. */
  readonly rendered: string
  readonly completions: ReadonlyArray<Completion>
}

/** Sampled answers to the prompts of a batch, how long each may have been, and the temperature at which they were drawn. */
export interface Rollouts {
  readonly groups: ReadonlyArray<Group>
  readonly maxTokens: number
  /** 1 unless given. */
  readonly temperature?: number
}

/** One part of a reward on one completion, and what the total multiplies it with. */
export interface WeightedPart {
  readonly value: number
  readonly factor: number
}

/** Rollouts with the total reward of every completion: `rewards[group][completion]`, and each part of it by name. */
export interface ScoredRollouts extends Rollouts {
  readonly rewards: ReadonlyArray<ReadonlyArray<number>>
  readonly parts: ReadonlyArray<ReadonlyArray<{ readonly [part: string]: WeightedPart }>>
}
