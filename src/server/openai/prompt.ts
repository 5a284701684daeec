/** What is asked, as the model reads it: its tokens, and the room that they leave. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { promptIds } from "../../model/encode.ts"
import { smartResize } from "../../vision/smartResize.ts"
import type { HttpError } from "../http/answers.ts"
import { invalid } from "../model/invalid.ts"
import type { Model } from "../model/model.ts"
import { sizeOf } from "../model/pictures.ts"
import type { Asked } from "./request.ts"

export interface Prompt {
  readonly ids: ReadonlyArray<number>
  /** Of each answer. */
  readonly maxTokens: number
}

/** Pictures in a request. */
const mostPictures = 64

/** Pictures that are unpacked at a time, whoever sent them: each may take 50 MB. */
const unpacking = Semaphore.makeUnsafe(2)

const tooLong = (message: string, param: string) => Result.fail(invalid(message, param, "context_length_exceeded"))

/** How long the answers may be. `tokens` is what all answers to a request may have together. */
const room = ({ maxTokens, sampling: { n } }: Asked, prompt: number, context: number, tokens: number): Result.Result<number, HttpError> => {
  if (prompt >= context) return tooLong(`messages: the prompt has ${prompt} tokens, images included, and the model reads ${context}.`, "messages")
  if (maxTokens === undefined) return Result.succeed(Math.min(context - prompt, Math.floor(tokens / n)))
  if (prompt + maxTokens > context) {
    return tooLong(
      `max_tokens: the prompt has ${prompt} tokens, images included, and with ${maxTokens} more they are over the ${context} that the model reads; ` +
        `at most ${context - prompt} are left.`,
      "max_tokens"
    )
  }
  if (n * maxTokens > tokens) return Result.fail(invalid(`max_tokens: ${n} answers of ${maxTokens} tokens are over the ${tokens} that a request may ask for.`, "max_tokens"))
  return Result.succeed(maxTokens)
}

/** Reads the pictures and the messages. Fails where the model cannot be shown them, or where they leave no room for an answer. */
export const promptOf = (asked: Asked, { context, preprocessor, text }: Model, tokens: number): Effect.Effect<Prompt, HttpError> =>
  Effect.gen(function*() {
    const { images } = asked
    if (images.length > mostPictures) return yield* invalid(`messages: ${images.length} images are over the ${mostPictures} that a request may have.`, "messages")
    const factor = preprocessor.patch * preprocessor.merge
    const sizes = yield* Effect.forEach(images, (image) =>
      unpacking.withPermits(1)(sizeOf(image)).pipe(
        Effect.flatMap((size) => Effect.fromResult(smartResize(size, { factor, ...preprocessor }))),
        Effect.catchTag("AspectRatioError", ({ message }) => Effect.fail(invalid(`${image.param}: ${message}`, image.param, "invalid_image")))
      ))
    const ids = yield* Effect.fromResult(promptIds(preprocessor, text, asked.messages, sizes)).pipe(
      Effect.mapError(({ message }) => invalid(`messages: ${message}`, "messages"))
    )
    return { ids, maxTokens: yield* Effect.fromResult(room(asked, ids.length, context, tokens)) }
  })
