/** What trains, by default all of it. */
import type { Lora } from "../../../model/lora.ts"

/** What of a model trains, and how much of it at once. */
export interface Training {
  /** Adapters that train in place of the model's own weights; null: the weights train. */
  readonly lora: Lora | null
  /** The vision tower stays as it is. */
  readonly freezeVision: boolean
  /** Sequences that go through the training graph at once. More of them only cost memory. */
  readonly microBatch: number
}

export const defaults: Training = { lora: null, freezeVision: false, microBatch: 32 }
