import * as Effect from "effect/Effect"
import type { Size } from "../vision/Box.ts"
import * as Image from "../vision/Image.ts"
import { patches } from "../vision/patches.ts"
import { bicubic } from "../vision/resize.ts"
import { smartResize } from "../vision/smartResize.ts"
import { PolicyError, type Question } from "../policy/Policy.ts"
import type { ModelConfig, PreprocessorConfig } from "./ModelConfig.ts"
import type { EncodedPrompt } from "../policy/local/graphs/pack.ts"
import { promptPositions } from "./positions.ts"
import type { Text } from "./ModelText.ts"

/** Turns questions into what the graphs read. */
export interface Encoder {
  readonly inputSize: (size: Size) => Effect.Effect<Size, PolicyError>
  readonly render: (question: Question) => Effect.Effect<string, PolicyError>
  readonly encode: (question: Question) => Effect.Effect<EncodedPrompt, PolicyError>
}

const failed = (operation: string) => (cause: { readonly message: string }) =>
  new PolicyError({ operation, message: cause.message, cause })

/** Decoded pictures kept for the next time they are asked about: 64 MiB of pixels. */
const cachedBytes = 64 * 2 ** 20

export const make = (config: ModelConfig, preprocessor: PreprocessorConfig, text: Text): Encoder => {
  const factor = preprocessor.patch * preprocessor.merge
  const options = {
    patchSize: preprocessor.patch,
    mergeSize: preprocessor.merge,
    temporalPatchSize: preprocessor.temporalPatch,
    rescale: preprocessor.rescale,
    mean: preprocessor.mean,
    std: preprocessor.std
  }
  const inputSize = (size: Size) =>
    Effect.fromResult(smartResize(size, { factor, minPixels: preprocessor.minPixels, maxPixels: preprocessor.maxPixels }))
      .pipe(Effect.mapError(failed("inputSize")))
  const loadImage = remember((path) =>
    Effect.gen(function*() {
      const stored = yield* Image.load(path)
      return bicubic(stored, yield* inputSize(stored))
    }).pipe(Effect.mapError(failed("image")))
  )
  const render = (question: Question) =>
    Effect.fromResult(text.render(question.messages, { addGenerationPrompt: true })).pipe(
      Effect.mapError(failed("render"))
    )
  const encode = Effect.fnUntraced(function*(question: Question) {
    const images = yield* Effect.forEach(question.images, loadImage)
    const grids = images.map((image) => ({
      rows: image.height / preprocessor.patch,
      columns: image.width / preprocessor.patch,
      patches: () => patches(image, options)
    }))
    const rendered = yield* render(question)
    const counts = grids.map((grid) => (grid.rows * grid.columns) / preprocessor.merge ** 2)
    const expanded = yield* Effect.fromResult(text.expandImages(rendered, counts)).pipe(Effect.mapError(failed("encode")))
    const ids = text.encode(expanded)
    if (ids.length >= config.maxPositions) {
      const message = `A prompt has ${ids.length} tokens, images included, and the model reads ${config.maxPositions} at ` +
        "most. Shorten the prompt or lower max_pixels in preprocessor_config.json."
      return yield* new PolicyError({ operation: "encode", message })
    }
    return { ids, ...promptPositions(ids, grids, config.imageToken, preprocessor.merge), images: grids }
  })
  return { inputSize, render, encode }
}

/** Keeps the latest results while their pixels fit into the cache. */
const remember = (load: (path: string) => Effect.Effect<Image.Image, PolicyError>) => {
  const known = new Map<string, Image.Image>()
  let bytes = 0
  return (path: string): Effect.Effect<Image.Image, PolicyError> => {
    const found = known.get(path)
    if (found !== undefined) return Effect.succeed(found)
    return Effect.tap(load(path), (image) =>
      Effect.sync(() => {
        known.set(path, image)
        bytes += image.pixels.length
        for (const [oldest, dropped] of known) {
          if (bytes <= cachedBytes) break
          known.delete(oldest)
          bytes -= dropped.pixels.length
        }
      }))
  }
}
