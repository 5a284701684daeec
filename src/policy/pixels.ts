/** Sizes at which Qwen2.5-VL sees images, for policies whose model is not here to say them. */
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"

/** Between which areas images are kept, as config. */
export const Pixels = Schema.Struct({ minPixels: Config.Count, maxPixels: Config.Count })

/** What its preprocessor's config says: sides of what becomes one token, and limits; in pixels. */
export const qwen = { factor: 28, minPixels: 3136, maxPixels: 12_845_056 } as const
