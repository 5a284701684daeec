import type { Node } from "../pipeline/Node.ts"

/** What a reward judges: texts only, so that anybody's completions can be scored. */
export interface Scorable {
  readonly completion: string
  /** The true answer, in the same coordinate space as the completion. */
  readonly solution: string
  /** Length of the completion in tokens, where known. */
  readonly tokens?: number | undefined
}

export interface Part {
  readonly part: string
  /** Unweighted value of this part. */
  readonly value: number
  /** Set when the reward threw on this completion; `value` is then its documented fallback. */
  readonly error?: string | undefined
}

export interface Score {
  readonly total: number
  readonly parts: ReadonlyArray<Part>
}

/** A pure judge of completions. Never throws. */
export interface Reward extends Node {
  readonly kind: "reward"
  readonly score: (sample: Scorable) => Score
}
