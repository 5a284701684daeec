import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Folder from "../../src/model/modelConfig.ts"
import { contentOf } from "../../src/policy/tinker/content.ts"

/** Qwen2.5-VL-3B's config as it was published, the keys that matter. */
const published = {
  architectures: ["Qwen2_5_VLForConditionalGeneration"],
  eos_token_id: 151645,
  image_token_id: 151655,
  vision_start_token_id: 151652,
  hidden_act: "silu",
  hidden_size: 2048,
  intermediate_size: 11008,
  max_position_embeddings: 128000,
  model_type: "qwen2_5_vl",
  num_attention_heads: 16,
  num_hidden_layers: 36,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000.0,
  use_sliding_window: false,
  tie_word_embeddings: true,
  vision_config: {
    depth: 32,
    hidden_act: "silu",
    hidden_size: 1280,
    intermediate_size: 3420,
    num_heads: 16,
    in_chans: 3,
    out_hidden_size: 2048,
    patch_size: 14,
    spatial_merge_size: 2,
    spatial_patch_size: 14,
    window_size: 112,
    fullatt_block_indexes: [7, 15, 23, 31],
    tokens_per_second: 2,
    temporal_patch_size: 2
  },
  rope_scaling: { type: "mrope", mrope_section: [16, 24, 24] },
  vocab_size: 151936
}

const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const path = mkdtempSync(join(tmpdir(), "assay-folder-"))
    copyFileSync("assets/tiny-vl/preprocessor_config.json", join(path, "preprocessor_config.json"))
    return path
  }),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const loadWith = Effect.fnUntraced(function*(config: unknown, preprocessor?: unknown) {
  const path = yield* folder
  writeFileSync(join(path, "config.json"), JSON.stringify(config))
  if (preprocessor !== undefined) writeFileSync(join(path, "preprocessor_config.json"), JSON.stringify(preprocessor))
  return yield* Folder.load(path)
})

describe("a model folder", () => {
  it.effect("is read as Qwen2.5-VL-3B was published", () =>
    Effect.gen(function*() {
      const { model } = yield* loadWith(published)
      assert.deepStrictEqual(model, {
        architecture: {
          hidden: 2048,
          layers: 36,
          heads: 16,
          keyValueHeads: 2,
          intermediate: 11008,
          epsilon: 1e-6,
          ropeTheta: 1e6,
          mropeSection: [16, 24, 24],
          tiedEmbeddings: true,
          vocabulary: 151936,
          vision: {
            hidden: 1280,
            layers: 32,
            heads: 16,
            intermediate: 3420,
            patchNumbers: 3 * 2 * 14 * 14,
            patch: 14,
            merge: 2,
            window: 112,
            fullAttention: [7, 15, 23, 31]
          }
        },
        maxPositions: 128000,
        imageToken: 151655
      })
    }))

  it.effect("means the same in the newer, nested layout", () =>
    Effect.gen(function*() {
      const { model_type, architectures, image_token_id, vision_start_token_id, vision_config, ...text } = published
      const { rope_scaling, rope_theta, ...others } = text
      const nested = {
        model_type,
        architectures,
        image_token_id,
        vision_start_token_id,
        vision_config,
        text_config: { ...others, model_type: "qwen2_5_vl_text", rope_parameters: { ...rope_scaling, rope_theta } }
      }
      assert.deepStrictEqual(yield* loadWith(nested), yield* loadWith(published))
    }))

  it.effect("gives image sizes in either of the preprocessor's layouts", () =>
    Effect.gen(function*() {
      const older = (yield* loadWith(published, { min_pixels: 3136, max_pixels: 50176 })).preprocessor
      const newer = (yield* loadWith(published, { size: { shortest_edge: 3136, longest_edge: 50176 } })).preprocessor
      assert.deepStrictEqual(older, newer)
      assert.deepStrictEqual([older.minPixels, older.maxPixels, older.patch, older.merge], [3136, 50176, 14, 2])
    }))

  /** A folder as transformers 5 saves it: the settings of all processors in one file. */
  const savedWith = Effect.fnUntraced(function*(preprocessor: object) {
    const path = yield* folder
    writeFileSync(join(path, "config.json"), JSON.stringify(published))
    rmSync(join(path, "preprocessor_config.json"))
    const all = { image_processor: preprocessor, processor_class: "Qwen2_5_VLProcessor", video_processor: { size: { shortest_edge: 1, longest_edge: 2 } } }
    writeFileSync(join(path, "processor_config.json"), JSON.stringify(all))
    return path
  })
  const preprocessor = JSON.parse(readFileSync("assets/tiny-vl/preprocessor_config.json", "utf8"))

  it.effect("means the same with the preprocessor among other processors", () =>
    Effect.gen(function*() {
      const path = yield* savedWith(preprocessor)
      assert.deepStrictEqual(yield* Folder.load(path), yield* loadWith(published))
      assert.deepStrictEqual(yield* Folder.loadPreprocessor(path), (yield* loadWith(published)).preprocessor)
      const before = yield* contentOf(path)
      writeFileSync(join(path, "processor_config.json"), JSON.stringify({ image_processor: { ...preprocessor, max_pixels: 3136 } }))
      assert.notStrictEqual(yield* contentOf(path), before)
    }))

  it.effect("names the file and the key of a preprocessor that does not fit, wherever it stands", () =>
    Effect.gen(function*() {
      for (const change of [{ patch_size: 16 }, { patch_size: "16" }]) {
        const error = yield* Effect.flip(Folder.load(yield* savedWith({ ...preprocessor, ...change })))
        assert.deepStrictEqual([error.file, error.key], ["processor_config.json", "image_processor.patch_size"])
      }
    }))

  it.effect("has no preprocessor where a processor's config says nothing of pictures", () =>
    Effect.gen(function*() {
      const path = yield* savedWith(preprocessor)
      writeFileSync(join(path, "processor_config.json"), JSON.stringify({ processor_class: "Qwen2_5_VLProcessor" }))
      assert.isUndefined(yield* Folder.loadPreprocessor(path))
      const error = yield* Effect.flip(Folder.load(path))
      assert.strictEqual(error.file, "preprocessor_config.json")
      assert.include(error.message, "preprocessor_config.json or processor_config.json")
    }))

  const edited = (change: object) => ({ ...published, ...change })
  const vision = (change: object) => edited({ vision_config: { ...published.vision_config, ...change } })

  it.effect.each([
    ["another architecture", edited({ model_type: "llava" }), {}, "model_type", "Qwen2.5-VL"],
    ["a size that is text", edited({ hidden_size: "2048" }), {}, "hidden_size", "config.json"],
    ["no layers", vision({ depth: 0 }), {}, "vision_config.depth", "config.json"],
    ["a million layers", edited({ num_hidden_layers: 1e6 }), {}, "num_hidden_layers", "less than or equal to 1000"],
    ["a billion layers that see", vision({ depth: 1e9 }), {}, "vision_config.depth", "less than or equal to 1000"],
    ["pictures of no size that there is", published, { min_pixels: 1e12 }, "min_pixels", "less than or equal to 100000000"],
    ["no rotary sections", edited({ rope_scaling: null }), {}, "rope_scaling.mrope_section", "is missing"],
    ["odd rotary sections", edited({ rope_scaling: { mrope_section: [1, 2, 3] } }), {}, "mrope_section", "64"],
    ["a sliding window", edited({ use_sliding_window: true }), {}, "use_sliding_window", "config.json"],
    ["a tower for another decoder", vision({ out_hidden_size: 1024 }), {}, "vision_config.out_hidden_size", "2048"],
    ["patches of another size", published, { patch_size: 16 }, "patch_size", "preprocessor_config.json"],
    ["images left as they are", published, { do_normalize: false }, "do_normalize", "preprocessor_config.json"]
  ] as const)("is refused with %s", ([, config, preprocessor, key, message]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(loadWith(config, preprocessor))
      assert.strictEqual(error._tag, "ModelFolderError")
      assert.strictEqual(error.key, key)
      assert.include(error.message, message)
    }))

  it.effect("names itself and the file when there is none", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Folder.load("no/such/folder"))
      assert.strictEqual(error.file, "config.json")
      assert.include(error.message, join("no/such/folder", "config.json"))
      assert.include(error.message, "Name a folder in Hugging Face layout")
    }))
})
