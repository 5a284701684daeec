/** Inputs of a model as they came in a request: checked, and with as many tokens for each image as the model sees. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import type { Chunk } from "../../model/chunks.ts"
import type { InputChunk } from "../../protocol/tinker/chunks.ts"
import { smartResize } from "../../vision/smartResize.ts"
import { invalid } from "../model/invalid.ts"
import { sizeOf } from "../model/pictures.ts"
import type { Base } from "./base.ts"

/** A chunk, and how many tokens it is. */
export type Piece = { readonly chunk: Chunk; readonly length: number }

/** An input that the model can read. */
export interface Input {
  readonly pieces: ReadonlyArray<Piece>
  /** Tokens in all. */
  readonly length: number
}

/** Images in one input. */
const mostImages = 64

/** Images whose sizes are remembered. */
const known = 1024

/** Makes the reader of inputs, which throws `HttpError`; `param` is the field that an input came in. */
export const inputReader = (base: Pick<Base, "context" | "imageToken" | "preprocessor" | "vocabulary">) => {
  const { context, imageToken, preprocessor, vocabulary } = base
  const factor = preprocessor.patch * preprocessor.merge
  /** Tokens by the digest of a picture: the answers of a group come with the same one. */
  const counts = new Map<string, number>()

  const tokensOf = async (bytes: Uint8Array, url: string, param: string): Promise<number> => {
    const digest = createHash("sha256").update(bytes).digest("base64")
    const found = counts.get(digest)
    if (found !== undefined) return found
    const size = await Effect.runPromise(sizeOf({ url, param }).pipe(
      Effect.flatMap((size) => Effect.fromResult(smartResize(size, { factor, ...preprocessor }))),
      Effect.catchTag("AspectRatioError", ({ message }) => Effect.fail(invalid(`${param}: ${message}`, param, "invalid_image")))
    ))
    const count = (size.width * size.height) / factor ** 2
    counts.set(digest, count)
    if (counts.size > known) counts.delete(counts.keys().next().value!)
    return count
  }

  const pieceOf = async (chunk: InputChunk, param: string): Promise<Piece> => {
    if ("tokens" in chunk) {
      const bad = chunk.tokens.find((token) => token < 0 || token >= vocabulary)
      if (bad !== undefined) throw invalid(`${param}.tokens: ${bad} is no token of the model, which has ${vocabulary}.`, `${param}.tokens`)
      if (chunk.tokens.includes(imageToken)) {
        throw invalid(`${param}.tokens: ${imageToken} stands for a piece of an image; send the image as a chunk of its own.`, `${param}.tokens`)
      }
      return { chunk: { tokens: chunk.tokens }, length: chunk.tokens.length }
    }
    const { bytes, expectedTokens } = chunk.image
    const image = `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`
    const length = await tokensOf(bytes, image, `${param}.data`)
    if (expectedTokens !== undefined && expectedTokens !== length) {
      throw invalid(`${param}.expected_tokens: the image is ${length} tokens, not ${expectedTokens}.`, `${param}.expected_tokens`)
    }
    return { chunk: { image }, length }
  }

  return async (chunks: ReadonlyArray<InputChunk>, param: string): Promise<Input> => {
    const images = chunks.filter((chunk) => "image" in chunk).length
    if (images > mostImages) throw invalid(`${param}: ${images} images are over the ${mostImages} that an input may have.`, param)
    const pieces: Array<Piece> = []
    for (const [i, chunk] of chunks.entries()) pieces.push(await pieceOf(chunk, `${param}.chunks.${i}`))
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    if (length === 0) throw invalid(`${param}: it is empty.`, param)
    if (length > context) {
      throw invalid(`${param}: it has ${length} tokens, images included, and the model reads ${context}.`, param, "context_length_exceeded")
    }
    return { pieces, length }
  }
}

export type InputReader = ReturnType<typeof inputReader>
