/** What a trainer logged of a step, whichever trainer it was. */

/** One completion of a training step. */
export interface LoggedSample {
  /** As text: of a conversation, its one message, or all of them headed by their roles. Images in it are `<image>`. */
  readonly prompt: string
  readonly completion: string
  readonly solution?: string
  /** Length of the completion, where the trainer says it. */
  readonly tokens?: number
  readonly finishReason?: "stop" | "length"
  /** By part of the reward; a part that was not applied to this completion is left out. */
  readonly rewards: { readonly [part: string]: number }
  /** The whole reward, where the trainer says it. */
  readonly total?: number
  readonly advantage?: number
  /** The trainer's other columns that are texts, numbers or yes and no. */
  readonly others: { readonly [column: string]: string | number | boolean }
}

/** A training step. It may have numbers alone, or completions alone, as trainers log these at different times. */
export interface LoggedStep {
  /** As the trainer counts. */
  readonly step: number
  /** By the trainer's own names; NaN where it says that there was no number. `named` has ours, with their units. */
  readonly metrics: { readonly [name: string]: number }
  /** In the order in which they stand. */
  readonly samples: ReadonlyArray<LoggedSample>
}
