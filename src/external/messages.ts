/** What a trainer and the stage that started it say to each other. */
import * as Schema from "effect/Schema"

const Numbers = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite]))

/** `POST /begin`: which versions train. */
export const Begin = Schema.Struct({ facts: Numbers })

/** `POST /score`: completions that one process sampled, which are answered by their `rewards`. */
export const Score = Schema.Struct({
  /** From 0. */
  step: Schema.Int,
  rank: Schema.Int,
  /** Which of the calls of its process; the same when it is repeated. */
  call: Schema.Int,
  /** Of the data: which prompt each answers. */
  rows: Schema.Array(Schema.Int),
  completions: Schema.Array(Schema.String),
  /** Token ids, the end token included. */
  tokens: Schema.Array(Schema.Array(Schema.Int)),
  /** Whether each came to its end. */
  stopped: Schema.Array(Schema.Boolean)
})

export type Score = typeof Score.Type

/** `POST /step`: a step is over; null for numbers that are not finite. */
export const Step = Schema.Struct({
  step: Schema.Int,
  metrics: Schema.Record(Schema.String, Schema.NullOr(Schema.Finite)),
  /** The folder of its checkpoint, where it got one. */
  saved: Schema.NullOr(Schema.String)
})

export type Step = typeof Step.Type
