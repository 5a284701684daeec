/** The JSON answers of the Tinker protocol, as servers of several makes send them. What is not read here is skipped. */
import * as Schema from "effect/Schema"

const optional = Schema.optionalKey
const Name = Schema.NonEmptyString.check(Schema.isMaxLength(1024))

export const Session = Schema.Struct({ session_id: Name })

export const SamplingSession = Schema.Struct({ sampling_session_id: Name })

/** A session, or by which request it is asked for. */
export const SamplingSessionBegun = Schema.Union([SamplingSession, Schema.Struct({ request_id: Name })])

export const Capabilities = Schema.Struct({
  supported_models: Schema.Array(Schema.Struct({
    model_name: optional(Schema.NullOr(Schema.String)),
    max_context_length: optional(Schema.NullOr(Schema.Int))
  }))
})

/** Something has begun; its result is asked for by its id. */
export const Submitted = Schema.Struct({ request_id: Name, model_id: optional(Schema.NullOr(Name)) })

/** A result that is not there yet. */
export const Pending = Schema.Struct({ type: Schema.Literal("try_again") })

/** What was begun came to nothing. Of which kind the error is, servers call "user" or "user_error". */
export const Failed = Schema.Struct({ error: Schema.String, category: optional(Schema.NullOr(Schema.String)) })

export const Created = Schema.Struct({ model_id: Name })

export const Stepped = Schema.Struct({ metrics: optional(Schema.NullOr(Schema.Record(Schema.String, Schema.Finite))) })
export type Stepped = typeof Stepped.Type

export const Saved = Schema.Struct({ path: Name })

/** A path, or a session that samples from what was saved. */
export const SavedForSampler = Schema.Struct({
  path: optional(Schema.NullOr(Name)),
  sampling_session_id: optional(Schema.NullOr(Name))
})

const Numbers = Schema.Array(Schema.Finite)

/** Results of forward_backward as SDK 0.24 and older read them. */
export const ScoredJson = Schema.Struct({
  loss_fn_outputs: Schema.Array(Schema.Struct({ logprobs: Schema.Struct({ data: Numbers }) })),
  metrics: optional(Schema.NullOr(Schema.Record(Schema.String, Schema.Finite)))
})
export type ScoredJson = typeof ScoredJson.Type

export const SampledJson = Schema.Struct({
  sequences: Schema.NonEmptyArray(Schema.Struct({
    tokens: Schema.Array(Schema.Int),
    logprobs: optional(Schema.NullOr(Numbers)),
    stop_reason: Schema.String
  })),
  prompt_logprobs: optional(Schema.NullOr(Schema.Array(Schema.NullOr(Schema.Finite))))
})
export type SampledJson = typeof SampledJson.Type
