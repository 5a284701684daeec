/** Inputs of a model in the two wires: token ids, with images among them. */
import type { ChunkMessage } from "./messages.ts"
import type { ModelInput } from "./Requests.ts"
import { int32 } from "./tensors.ts"

/** Token ids, or an image and how many tokens the client takes it for. */
export type InputChunk =
  | { readonly tokens: ReadonlyArray<number> }
  | { readonly image: { readonly bytes: Uint8Array; readonly format: string; readonly expectedTokens?: number | undefined } }

/** The chunks of an input in JSON. */
export const chunksOf = ({ chunks }: ModelInput): ReadonlyArray<InputChunk> =>
  chunks.map((chunk) =>
    chunk.type === "encoded_text"
      ? { tokens: chunk.tokens }
      : { image: { bytes: Buffer.from(chunk.data, "base64"), format: chunk.format, expectedTokens: chunk.expected_tokens } }
  )

/** An input as JSON has it. */
export const modelInputOf = (chunks: ReadonlyArray<InputChunk>): ModelInput => ({
  chunks: chunks.map((chunk) => {
    if ("tokens" in chunk) return { type: "encoded_text", tokens: chunk.tokens }
    const { bytes, expectedTokens, format } = chunk.image
    return { type: "image", data: Buffer.from(bytes).toString("base64"), format, ...(expectedTokens !== undefined && { expected_tokens: expectedTokens }) }
  })
})

/** A chunk in protobuf. Throws where it is of a kind that is not read here. */
export const chunkOf = ({ encoded_text, image }: ChunkMessage): InputChunk => {
  if (encoded_text !== undefined) return { tokens: int32.read(encoded_text.tokens) }
  if (image?.override_dimensions !== undefined) throw new RangeError("override_dimensions of an image is not done here; send it at its size")
  if (image === undefined) throw new RangeError("a chunk is neither encoded_text nor image; others are not read here")
  return { image: { bytes: image.data, format: image.format, expectedTokens: image.expected_tokens } }
}

/** The same the other way. */
export const chunkMessageOf = (chunk: InputChunk): ChunkMessage => {
  if ("tokens" in chunk) return { encoded_text: { tokens: int32.write(chunk.tokens) } }
  const { bytes, expectedTokens, format } = chunk.image
  return { image: { data: bytes, format, ...(expectedTokens !== undefined && { expected_tokens: expectedTokens }) } }
}
