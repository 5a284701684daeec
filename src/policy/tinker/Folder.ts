/** What is here of a model that lies on a server: its tokenizer, its chat template, and how it sees pictures. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { HubError } from "../../hub/hubError.ts"
import { modelFiles } from "../../hub/model.ts"
import { modelOnHub } from "../../hub/repository.ts"
import { snapshot } from "../../hub/snapshot.ts"
import { loadText } from "../../model/loadText.ts"
import type { Question } from "../../model/message.ts"
import { loadPreprocessor } from "../../model/modelConfig.ts"
import type { ModelFolderError } from "../../model/modelFolderError.ts"
import type { Text } from "../../model/modelText.ts"
import { remember } from "../../model/remember.ts"
import { modelFolder } from "../../model/shipped.ts"
import { exits } from "../../pipeline/Errors.ts"
import type { InputChunk } from "../../protocol/tinker/chunks.ts"
import type { Size } from "../../vision/Box.ts"
import { seen } from "../../vision/seen.ts"
import { type PixelLimits, smartResize } from "../../vision/smartResize.ts"
import { PolicyError } from "../policyError.ts"
import type { Prompt } from "./data.ts"

export interface Reader {
  readonly text: Text
  /** Left out where the model reads no pictures. */
  readonly pixelLimits: PixelLimits | undefined
  readonly inputSize: (size: Size) => Effect.Effect<Size, PolicyError>
  readonly render: (question: Question) => Effect.Effect<string, PolicyError>
  readonly prompt: (question: Question) => Effect.Effect<Prompt, PolicyError>
}

const wrong = (operation: string) => ({ message }: { readonly message: string }) => new PolicyError({ operation, message, exitCode: exits.invalid })

/** What stands for an image in a rendered prompt. */
const mark = "<|image_pad|>"

/** Bytes of pictures that are kept for the next time: the answers to a question all come with its own. */
const kept = 64 * 2 ** 20

/** Reads a folder, a shipped one or one of the hub by its name, and then questions as it says. Weights are not read. */
export const open = (folder: string, revision?: string): Effect.Effect<Reader, ModelFolderError | HubError> =>
  Effect.gen(function*() {
    const repository = modelOnHub(folder, revision)
    const path = repository === undefined ? modelFolder(folder) : (yield* snapshot(repository, modelFiles(false))).folder
    const text = yield* loadText(path)
    const preprocessor = yield* loadPreprocessor(path)
    const inputSize = (size: Size): Effect.Effect<Size, PolicyError> =>
      preprocessor === undefined
        ? Effect.fail(wrong("inputSize")({ message: `${folder} has neither preprocessor_config.json nor processor_config.json, so its model reads no pictures. Name a model that does.` }))
        : Effect.mapError(Effect.fromResult(smartResize(size, { ...preprocessor, factor: preprocessor.patch * preprocessor.merge })), wrong("inputSize"))
    const picture = remember((image) => seen(image, inputSize), ({ png }) => png.length, kept)
    const render = (question: Question) => Result.mapError(text.render(question.messages, { addGenerationPrompt: true }), wrong("render"))

    const chunkOf = (image: string) =>
      Effect.map(Effect.mapError(picture(image), wrong("prompt")), ({ height, png, width }) => {
        const tokens = (width * height) / (preprocessor!.patch * preprocessor!.merge) ** 2 // without one, no picture has a size
        return { length: tokens, chunk: { image: { bytes: png, format: "png", expectedTokens: tokens } } satisfies InputChunk }
      })
    const prompt = Effect.fnUntraced(function*(question: Question) {
      const parts = (yield* Effect.fromResult(render(question))).split(mark)
      if (parts.length !== question.images.length + 1) {
        return yield* wrong("prompt")({ message: `The prompt marks ${parts.length - 1} images with ${mark} and comes with ${question.images.length}.` })
      }
      const images = yield* Effect.forEach(question.images, chunkOf)
      const chunks: Array<InputChunk> = []
      let length = 0
      for (const [i, part] of parts.entries()) {
        const tokens = text.encode(part)
        if (tokens.length > 0) chunks.push({ tokens })
        const image = images[i]
        if (image !== undefined) chunks.push(image.chunk)
        length += tokens.length + (image?.length ?? 0)
      }
      return { chunks, length }
    })
    return {
      text,
      pixelLimits: preprocessor === undefined ? undefined : { minPixels: preprocessor.minPixels, maxPixels: preprocessor.maxPixels },
      inputSize,
      render: (question) => Effect.fromResult(render(question)),
      prompt
    }
  })
