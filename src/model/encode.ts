/** From questions to what a model reads: token ids, positions and pictures. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { exits } from "../pipeline/Errors.ts"
import type { Size } from "../vision/Box.ts"
import * as Image from "../vision/Image.ts"
import { patches } from "../vision/patches.ts"
import { bicubic } from "../vision/resize.ts"
import { type AspectRatioError, type PixelLimits, smartResize } from "../vision/smartResize.ts"
import { type Chunk, imagesIn } from "./chunks.ts"
import type { Message, Question } from "./message.ts"
import type { ModelConfig, PreprocessorConfig } from "./modelConfig.ts"
import type { Text, TextError } from "./modelText.ts"
import { type ImageGrid, promptPositions } from "./positions.ts"
import { remember } from "./remember.ts"

/** A prompt ready for the model. */
export interface EncodedPrompt {
  readonly ids: ReadonlyArray<number>
  /** [ids * 3] */
  readonly positions: Float32Array
  /** Position of the first token after the prompt. */
  readonly next: number
  /** Patches are cut when they are asked for: they take eight times the memory of the pixels, and a batch has many. */
  readonly images: ReadonlyArray<ImageGrid & { readonly patches: () => Float32Array }>
}

/** A prompt is longer than the model reads. */
export class PromptTooLong extends Data.TaggedError("PromptTooLong")<{ readonly message: string }> {
  readonly exitCode = exits.invalid
}

/** Turns questions into what the graphs read. */
export interface Encoder {
  readonly pixelLimits: PixelLimits
  readonly inputSize: (size: Size) => Effect.Effect<Size, AspectRatioError>
  readonly render: (question: Question) => Effect.Effect<string, TextError>
  readonly encode: (
    question: Question
  ) => Effect.Effect<EncodedPrompt, AspectRatioError | TextError | Image.ImageError | PromptTooLong>
  /** Of a prompt that is token ids already. */
  readonly encodeChunks: (chunks: ReadonlyArray<Chunk>) => Effect.Effect<EncodedPrompt, AspectRatioError | Image.ImageError | PromptTooLong>
}

/** The token ids of messages, with the images in them at the sizes that the model sees. */
export const promptIds = (
  { merge, patch }: PreprocessorConfig,
  text: Text,
  messages: ReadonlyArray<Message>,
  sizes: ReadonlyArray<Size>
): Result.Result<ReadonlyArray<number>, TextError> => {
  const counts = sizes.map(({ height, width }) => (height * width) / (patch * merge) ** 2)
  return text.render(messages, { addGenerationPrompt: true }).pipe(
    Result.flatMap((rendered) => text.expandImages(rendered, counts)),
    Result.map(text.encode)
  )
}

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
  const pixelLimits = { minPixels: preprocessor.minPixels, maxPixels: preprocessor.maxPixels }
  const inputSize = (size: Size) => Effect.fromResult(smartResize(size, { factor, ...pixelLimits }))
  const loadImage = remember(
    (path) =>
      Effect.gen(function*() {
        const stored = yield* Image.load(path)
        return bicubic(stored, yield* inputSize(stored))
      }),
    ({ pixels }) => pixels.length,
    cachedBytes
  )
  const render = (question: Question) =>
    Effect.fromResult(text.render(question.messages, { addGenerationPrompt: true }))
  const gridOf = (image: Image.Image) => ({
    rows: image.height / preprocessor.patch,
    columns: image.width / preprocessor.patch,
    patches: () => patches(image, options)
  })
  const prompt = Effect.fnUntraced(function*(ids: ReadonlyArray<number>, images: EncodedPrompt["images"]) {
    if (ids.length >= config.maxPositions) {
      const message = `A prompt has ${ids.length} tokens, images included, and the model reads ${config.maxPositions} at ` +
        "most. Shorten the prompt or lower max_pixels in the model's preprocessor_config.json or processor_config.json."
      return yield* new PromptTooLong({ message })
    }
    return { ids, ...promptPositions(ids, images, config.imageToken, preprocessor.merge), images }
  })
  const encode = Effect.fnUntraced(function*(question: Question) {
    const images = yield* Effect.forEach(question.images, loadImage)
    const ids = yield* Effect.fromResult(promptIds(preprocessor, text, question.messages, images))
    return yield* prompt(ids, images.map(gridOf))
  })
  const encodeChunks = Effect.fnUntraced(function*(chunks: ReadonlyArray<Chunk>) {
    const grids = (yield* Effect.forEach(imagesIn(chunks), loadImage)).map(gridOf)
    const left = grids.values()
    const ids = chunks.flatMap((chunk) => {
      if ("tokens" in chunk) return chunk.tokens
      const { columns, rows } = left.next().value!
      return new Array<number>((columns * rows) / preprocessor.merge ** 2).fill(config.imageToken)
    })
    return yield* prompt(ids, grids)
  })
  return { pixelLimits, inputSize, render, encode, encodeChunks }
}
