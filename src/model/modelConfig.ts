/** config.json and preprocessor_config.json of a model folder, or processor_config.json in place of the latter. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { Count, Positive, Whole, withDefault } from "../pipeline/declare/Config.ts"
import { largestPixels } from "../vision/Image.ts"
import type { Architecture } from "./architecture.ts"
import { missing, ModelFolderError, readJson, readOptionalJson } from "./modelFolderError.ts"

/** What a model folder's config.json says. */
export interface ModelConfig {
  readonly architecture: Architecture
  /** Longest sequence, in tokens. */
  readonly maxPositions: number
  readonly imageToken: number
}

/** How images become the model's input. Pixels of the resized image, both sides multiples of patch x merge. */
export interface PreprocessorConfig {
  readonly patch: number
  readonly temporalPatch: number
  readonly merge: number
  readonly minPixels: number
  readonly maxPixels: number
  /** Per channel (red, green, blue), of values scaled to 0..1 by `rescale`. */
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
  readonly rescale: number
}

/** No model has had more layers than some 130; a number beyond all reason would only be found out once memory is full. */
const Layers = Count.check(Schema.isLessThanOrEqualTo(1000))
/** Of a picture: no larger one is ever read. */
const Pixels = Count.check(Schema.isLessThanOrEqualTo(largestPixels))
const Triple = Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite])

const Rope = Schema.Struct({
  mrope_section: Schema.Tuple([Count, Count, Count]),
  rope_theta: Schema.optionalKey(Positive)
})

// Defaults are those of the transformers library, whose saved configs leave out what equals them.
const Vision = Schema.Struct({
  depth: withDefault(Layers, 32),
  hidden_size: withDefault(Count, 3584),
  num_heads: withDefault(Count, 16),
  intermediate_size: withDefault(Count, 3420),
  patch_size: withDefault(Count, 14),
  temporal_patch_size: withDefault(Count, 2),
  spatial_merge_size: withDefault(Count, 2),
  window_size: withDefault(Count, 112),
  fullatt_block_indexes: withDefault(Schema.Array(Whole), [7, 15, 23, 31]),
  out_hidden_size: withDefault(Count, 3584),
  hidden_act: withDefault(Schema.Literal("silu"), "silu"),
  in_channels: Schema.optionalKey(Count),
  in_chans: withDefault(Count, 3)
})

const Config = Schema.Struct({
  model_type: Schema.Literal("qwen2_5_vl"),
  hidden_size: withDefault(Count, 8192),
  num_hidden_layers: withDefault(Layers, 80),
  num_attention_heads: withDefault(Count, 64),
  num_key_value_heads: withDefault(Count, 8),
  intermediate_size: withDefault(Count, 29568),
  hidden_act: withDefault(Schema.Literal("silu"), "silu"),
  rms_norm_eps: withDefault(Positive, 1e-5),
  rope_theta: withDefault(Positive, 1_000_000),
  rope_scaling: Schema.optionalKey(Schema.NullOr(Rope)),
  rope_parameters: Schema.optionalKey(Schema.NullOr(Rope)),
  use_sliding_window: withDefault(Schema.Literal(false), false),
  tie_word_embeddings: withDefault(Schema.Boolean, false),
  vocab_size: withDefault(Count, 152064),
  max_position_embeddings: withDefault(Count, 32768),
  image_token_id: withDefault(Whole, 151655),
  vision_config: withDefault(Vision, {})
})

const Preprocessor = Schema.Struct({
  patch_size: withDefault(Count, 14),
  temporal_patch_size: withDefault(Count, 2),
  merge_size: withDefault(Count, 2),
  min_pixels: Schema.optionalKey(Schema.NullOr(Pixels)),
  max_pixels: Schema.optionalKey(Schema.NullOr(Count)),
  size: withDefault(Schema.Struct({ shortest_edge: withDefault(Pixels, 56 * 56), longest_edge: withDefault(Count, 28 * 28 * 1280) }), {}),
  image_mean: withDefault(Triple, [0.48145466, 0.4578275, 0.40821073]),
  image_std: withDefault(Triple, [0.26862954, 0.26130258, 0.27577711]),
  rescale_factor: withDefault(Positive, 1 / 255),
  do_resize: withDefault(Schema.Literal(true), true),
  do_rescale: withDefault(Schema.Literal(true), true),
  do_normalize: withDefault(Schema.Literal(true), true)
})

const configFile = "config.json"
const preprocessorFile = "preprocessor_config.json"
/** Where transformers 5 saves a preprocessor's settings, among those of other processors. */
const processorFile = "processor_config.json"
const Processor = Schema.Struct({ image_processor: Preprocessor })

/** Settings of a preprocessor, and the file and the key that they stand in. */
interface Found {
  readonly file: string
  readonly key: (name: string) => string
  readonly settings: typeof Preprocessor.Type
}

/** undefined where neither file has any. */
const findPreprocessor = Effect.fnUntraced(function*(folder: string): Effect.fn.Return<Found | undefined, ModelFolderError> {
  const alone = yield* readOptionalJson(folder, preprocessorFile)
  if (alone !== undefined) {
    const settings = yield* decode(folder, preprocessorFile, Preprocessor)(alone)
    return { file: preprocessorFile, key: (name) => name, settings }
  }
  const among = yield* readOptionalJson(folder, processorFile)
  if (typeof among !== "object" || among === null || !("image_processor" in among)) return undefined
  const { image_processor: settings } = yield* decode(folder, processorFile, Processor)(among)
  return { file: processorFile, key: (name) => `image_processor.${name}`, settings }
})

/** Reads config.json and preprocessor_config.json of a Qwen2.5-VL folder and checks that they go together. */
export const load = Effect.fn("folder.load")(function*(folder: string) {
  const config = yield* readJson(folder, configFile).pipe(
    Effect.map(flattenTextConfig),
    Effect.flatMap(decode(folder, configFile, Config))
  )
  const preprocessor = yield* findPreprocessor(folder)
  if (preprocessor === undefined) return yield* missing(folder, preprocessorFile)
  const rope = config.rope_parameters ?? config.rope_scaling
  if (!rope) {
    const problem = "is missing. Copy it from the model's page."
    return yield* ModelFolderError.of(folder, configFile, problem, "rope_scaling.mrope_section")
  }
  const model = modelConfig(config, rope)
  const clash = clashes(model.architecture, config.vision_config, preprocessor).find(({ found }) => found)
  if (clash) {
    return yield* ModelFolderError.of(folder, clash.file, `${clash.rule}. Fetch the folder's files again.`, clash.key)
  }
  return { model, preprocessor: preprocessorConfig(preprocessor.settings) }
})

/** The preprocessor alone, of any model whose preprocessor is of Qwen2-VL's kind; undefined where there is none, as of a model that reads no images. */
export const loadPreprocessor = (folder: string): Effect.Effect<PreprocessorConfig | undefined, ModelFolderError> =>
  Effect.map(findPreprocessor(folder), (found) => found && preprocessorConfig(found.settings))

/** Newer layouts keep the decoder's keys in `text_config`; what both levels name, the outer one decides. */
const flattenTextConfig = (json: unknown): unknown => {
  if (typeof json !== "object" || json === null || !("text_config" in json)) return json
  const text = json.text_config
  return typeof text === "object" && text !== null ? { ...text, ...json } : json
}

const decode = <S extends Schema.Decoder<unknown>>(folder: string, file: string, schema: S) => (json: unknown) =>
  Schema.decodeUnknownEffect(schema)(json).pipe(
    Effect.mapError((error) => {
      const issue = SchemaIssue.makeFormatterStandardSchemaV1()(error.issue).issues[0]
      const key = (issue?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
      const remedy = "Only Qwen2.5-VL models in Hugging Face layout can be used"
      return ModelFolderError.of(folder, file, `${issue?.message ?? error.message}. ${remedy}.`, key || undefined)
    })
  )

const modelConfig = (config: typeof Config.Type, rope: typeof Rope.Type): ModelConfig => {
  const vision = config.vision_config
  return {
    architecture: {
      hidden: config.hidden_size,
      layers: config.num_hidden_layers,
      heads: config.num_attention_heads,
      keyValueHeads: config.num_key_value_heads,
      intermediate: config.intermediate_size,
      epsilon: config.rms_norm_eps,
      ropeTheta: rope.rope_theta ?? config.rope_theta,
      mropeSection: rope.mrope_section,
      tiedEmbeddings: config.tie_word_embeddings,
      vocabulary: config.vocab_size,
      vision: {
        hidden: vision.hidden_size,
        layers: vision.depth,
        heads: vision.num_heads,
        intermediate: vision.intermediate_size,
        patchNumbers: (vision.in_channels ?? vision.in_chans) * vision.temporal_patch_size * vision.patch_size ** 2,
        patch: vision.patch_size,
        merge: vision.spatial_merge_size,
        window: vision.window_size,
        fullAttention: vision.fullatt_block_indexes
      }
    },
    maxPositions: config.max_position_embeddings,
    imageToken: config.image_token_id
  }
}

const preprocessorConfig = (config: typeof Preprocessor.Type): PreprocessorConfig => ({
  patch: config.patch_size,
  temporalPatch: config.temporal_patch_size,
  merge: config.merge_size,
  minPixels: config.min_pixels ?? config.size.shortest_edge,
  maxPixels: config.max_pixels ?? config.size.longest_edge,
  mean: config.image_mean,
  std: config.image_std,
  rescale: config.rescale_factor
})

/** Every rule that ties two keys together, and whether this folder breaks it. */
const clashes = (model: Architecture, vision: typeof Vision.Type, { file, key, settings: images }: Found) => {
  const size = model.hidden / model.heads
  const rotary = model.mropeSection.reduce((sum, n) => sum + n, 0)
  const rule = (found: boolean, file: string, key: string, rule: string) => ({ found, file, key, rule })
  return [
    rule(!Number.isInteger(size), configFile, "hidden_size", "must be a multiple of num_attention_heads"),
    rule(
      !Number.isInteger(model.heads / model.keyValueHeads),
      configFile,
      "num_attention_heads",
      "must be a multiple of num_key_value_heads"
    ),
    rule(size % 8 !== 0, configFile, "hidden_size", "must be a multiple of 8 x num_attention_heads for ONNX Runtime's attention"),
    rule(rotary * 2 !== size, configFile, "mrope_section", `must add up to half the head size, ${size / 2}`),
    rule(
      !Number.isInteger(vision.hidden_size / vision.num_heads / 4),
      configFile,
      "vision_config.hidden_size",
      "must be a multiple of 4 x num_heads"
    ),
    rule(
      vision.out_hidden_size !== model.hidden,
      configFile,
      "vision_config.out_hidden_size",
      `must equal hidden_size, ${model.hidden}`
    ),
    rule(
      images.patch_size !== vision.patch_size,
      file,
      key("patch_size"),
      `must equal vision_config.patch_size of config.json, ${vision.patch_size}`
    ),
    rule(
      images.merge_size !== vision.spatial_merge_size,
      file,
      key("merge_size"),
      `must equal vision_config.spatial_merge_size of config.json, ${vision.spatial_merge_size}`
    ),
    rule(
      images.temporal_patch_size !== vision.temporal_patch_size,
      file,
      key("temporal_patch_size"),
      `must equal vision_config.temporal_patch_size of config.json, ${vision.temporal_patch_size}`
    )
  ]
}
