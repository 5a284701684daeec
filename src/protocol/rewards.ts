/** What reward servers are asked, and what they answer: in the shapes that trainers call, and in one of our own. */
import * as Schema from "effect/Schema"

const Texts = Schema.Array(Schema.String)

/**
 * A batch. All lists are as long as `completions`; `tokens` are lengths of completions, and `columns` what else is known of each, by
 * name.
 */
export const ScoreRequest = Schema.Struct({
  completions: Texts,
  solutions: Texts,
  tokens: Schema.optionalKey(Schema.Array(Schema.Finite)),
  columns: Schema.optionalKey(Schema.Record(Schema.String, Schema.Array(Schema.Unknown)))
})

export type ScoreRequest = typeof ScoreRequest.Type

const Marks = Schema.Array(Schema.NullOr(Schema.Finite))

/** Marks of a batch, in its order. What could not be judged has null in place of a mark, and is said in `errors`. */
export const ScoreResponse = Schema.Struct({
  totals: Marks,
  parts: Schema.Record(Schema.String, Marks),
  errors: Schema.Array(Schema.Struct({ row: Schema.Int, part: Schema.String, message: Schema.String }))
})

export type ScoreResponse = typeof ScoreResponse.Type

/** OpenRLHF's `--reward.remote_url`: each query is its prompt and what was answered, special tokens and all. */
export const OpenrlhfRequest = Schema.Struct({ query: Texts, prompts: Texts, labels: Texts })

export type OpenrlhfRequest = typeof OpenrlhfRequest.Type

export interface OpenrlhfResponse {
  readonly rewards: ReadonlyArray<number>
  readonly scores: ReadonlyArray<number>
  readonly extra_logs: { readonly [part: string]: ReadonlyArray<number | null> }
}

/** slime's `--rm-type remote_rm`; the answer is a number. */
export const SlimeRequest = Schema.Struct({ prompt: Schema.Unknown, response: Schema.String, label: Schema.String })

export type SlimeRequest = typeof SlimeRequest.Type
