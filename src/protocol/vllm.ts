/** What vLLM says beyond OpenAI's protocol about the weights that it has. */
import * as Schema from "effect/Schema"

/** Answer to `GET /weight_info`. */
export const WeightInfo = Schema.Struct({ weight_version: Schema.String })

/** Answer to `GET /v1/models`: the model that is served, and every adapter that was loaded. */
export const LoadedModels = Schema.Struct({ data: Schema.Array(Schema.Struct({ id: Schema.String })) })
