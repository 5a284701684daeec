/**
 * The JSON requests of the Tinker protocol, as SDK 0.24 to 0.38 send them. What a schema has no field for is not in the protocol as it
 * is spoken here; fields that say nothing about the answer (tags, metadata) are taken and not read.
 */
import * as Schema from "effect/Schema"

const optional = Schema.optionalKey
const Unread = optional(Schema.Unknown)
const Whole = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 - 1 }))
/** Ids and names: what is longer is none. */
const Name = Schema.NonEmptyString.check(Schema.isMaxLength(512))

export const ClientConfigRequest = Schema.Struct({ sdk_version: Unread })

export const CreateSession = Schema.Struct({
  tags: Unread,
  user_metadata: Unread,
  sdk_version: Unread,
  project_id: Unread,
  display_name: Unread,
  type: Unread
})

export const Heartbeat = Schema.Struct({ session_id: Name, type: Unread })

export const LoraConfig = Schema.Struct({
  rank: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1024 })),
  seed: optional(Schema.Int),
  train_unembed: optional(Schema.Boolean),
  train_mlp: optional(Schema.Boolean),
  train_attn: optional(Schema.Boolean)
})
export type LoraConfig = typeof LoraConfig.Type

export const OptimizerConfig = Schema.Struct({ type: Schema.String })

export const CreateModel = Schema.Struct({
  session_id: Name,
  model_seq_id: Whole,
  base_model: Name,
  lora_config: optional(LoraConfig),
  optimizer_config: optional(OptimizerConfig),
  user_metadata: Unread,
  type: Unread
})
export type CreateModel = typeof CreateModel.Type

/** A request about one model. */
export const OfModel = Schema.Struct({ model_id: Name, type: Unread })

export const AdamParams = Schema.Struct({
  learning_rate: optional(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
  beta1: optional(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))),
  beta2: optional(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))),
  eps: optional(Schema.Finite.check(Schema.isGreaterThan(0))),
  weight_decay: optional(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
  grad_clip_norm: optional(Schema.Finite)
})
export type AdamParams = typeof AdamParams.Type

export const OptimStep = Schema.Struct({ model_id: Name, seq_id: optional(Whole), adam_params: AdamParams, type: Unread })

export const SaveWeights = Schema.Struct({
  model_id: Name,
  path: optional(Name),
  seq_id: optional(Whole),
  overwrite: optional(Schema.Boolean),
  ttl_seconds: Unread,
  user_metadata: Unread,
  type: Unread
})

export const SaveWeightsForSampler = Schema.Struct({
  model_id: Name,
  path: optional(Name),
  sampling_session_seq_id: optional(Whole),
  kind: optional(Schema.String),
  seq_id: optional(Whole),
  ttl_seconds: Unread,
  user_metadata: Unread,
  type: Unread
})

/** Either of a model that is there, `model_id` and `seq_id`, or of one that is created by it, `session_id` and `model_seq_id`. */
export const LoadWeights = Schema.Struct({
  model_id: optional(Name),
  seq_id: optional(Whole),
  session_id: optional(Name),
  model_seq_id: optional(Whole),
  base_model: optional(Name),
  path: Name,
  optimizer: optional(Schema.Boolean),
  optimizer_config: optional(OptimizerConfig),
  user_metadata: Unread,
  weights_access_token: Unread,
  type: Unread
})
export type LoadWeights = typeof LoadWeights.Type

export const CreateSamplingSession = Schema.Struct({
  session_id: Name,
  sampling_session_seq_id: Whole,
  base_model: optional(Name),
  model_path: optional(Name),
  type: Unread
})

export const TextChunk = Schema.Struct({ type: Schema.Literal("encoded_text"), tokens: Schema.Array(Whole) })

/** `data` is base64. */
export const ImageChunk = Schema.Struct({
  type: Schema.Literal("image"),
  data: Schema.String,
  format: Schema.String,
  expected_tokens: optional(Whole)
})

export const ModelInput = Schema.Struct({ chunks: Schema.Array(Schema.Union([TextChunk, ImageChunk])) })
export type ModelInput = typeof ModelInput.Type

/** `stop` beside the model's own end; an empty list switches both off. `top_k` -1 keeps all. */
export const SamplingParams = Schema.Struct({
  max_tokens: optional(Schema.Int.check(Schema.isGreaterThan(0))),
  seed: optional(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  stop: optional(Schema.Union([
    Schema.String,
    Schema.Array(Whole).check(Schema.isMaxLength(64)),
    Schema.Array(Schema.NonEmptyString.check(Schema.isMaxLength(256))).check(Schema.isMaxLength(16))
  ])),
  temperature: optional(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))),
  top_k: optional(Schema.Int.check(Schema.isBetween({ minimum: -1, maximum: 2 ** 31 - 1 }))),
  top_p: optional(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true })))
})
export type SamplingParams = typeof SamplingParams.Type

export const Sample = Schema.Struct({
  num_samples: optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1024 }))),
  prompt: ModelInput,
  sampling_params: SamplingParams,
  base_model: optional(Name),
  model_path: optional(Name),
  sampling_session_id: optional(Name),
  seq_id: optional(Schema.Int),
  prompt_logprobs: optional(Schema.Boolean),
  topk_prompt_logprobs: optional(Schema.Int),
  topk_sample_logprobs: optional(Schema.Int),
  prompt_alt_tokens_k: optional(Schema.Int),
  record_stability_info: optional(Schema.Boolean),
  type: Unread
})
export type Sample = typeof Sample.Type

export const RetrieveFuture = Schema.Struct({ request_id: Name, allow_metadata_only: optional(Schema.Boolean) })

export const RetrieveFutures = Schema.Struct({
  target: Schema.Struct({ type: Unread, sampling_session_id: Name, cloned_sampler_id: optional(Whole) }),
  prev_cursor: optional(Whole),
  timeout: optional(Schema.Finite),
  retrieved_request_ids: optional(Schema.Array(Name))
})
export type RetrieveFutures = typeof RetrieveFutures.Type

export const CancelFuture = Schema.Struct({ request_id: Name })

export const WeightsInfo = Schema.Struct({ tinker_path: Name })

/** A tensor as JSON has it. */
export const TensorData = Schema.Struct({
  data: Schema.Array(Schema.Finite),
  dtype: Schema.Literals(["int64", "float32"]),
  shape: optional(Schema.NullOr(Schema.Array(Whole))),
  sparse_crow_indices: optional(Schema.Null),
  sparse_col_indices: optional(Schema.Null)
})

const ForwardInput = Schema.Struct({
  data: Schema.Array(Schema.Struct({ model_input: ModelInput, loss_fn_inputs: Schema.Record(Schema.String, TensorData) })),
  loss_fn: Schema.String,
  loss_fn_config: optional(Schema.NullOr(Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.String]))))
})

/** forward and forward_backward as SDK 0.24 and older send them. */
export const JsonForward = Schema.Struct({
  model_id: Name,
  seq_id: optional(Whole),
  forward_input: optional(ForwardInput),
  forward_backward_input: optional(ForwardInput),
  type: Unread
})
export type JsonForward = typeof JsonForward.Type
