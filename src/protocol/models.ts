/** What a server says of itself beside its answers: the models that it has, its version, and its weights. */
import * as Schema from "effect/Schema"

const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** Answer to `GET /v1/models`: the model that is served, and every adapter that was loaded. `max_model_len` is not OpenAI's: vLLM and SGLang say it. */
export const Models = Schema.Struct({
  data: Schema.Array(Schema.Struct({ id: Schema.String, owned_by: optional(Schema.String), max_model_len: optional(Schema.Int) }))
})

/** Answer to vLLM's `GET /version`. */
export const Version = Schema.Struct({ version: Schema.String })

/** Answer to vLLM's `GET /weight_info`. */
export const WeightInfo = Schema.Struct({ weight_version: Schema.String })
