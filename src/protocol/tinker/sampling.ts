/** What is sampled, apart from the two wires that carry it. */
import type { SampledJson } from "./Answers.ts"
import { sampleResponse } from "./messages.ts"
import { float32, int32 } from "./tensors.ts"

/** Sampled answers to one prompt. */
export interface Sampled {
  readonly sequences: ReadonlyArray<{ readonly tokens: ReadonlyArray<number>; readonly logprobs: ReadonlyArray<number>; readonly finishReason: "stop" | "length" }>
  /** One a prompt token; null where none is told, as of the first, which follows nothing. */
  readonly promptLogprobs: ReadonlyArray<number | null> | undefined
}

export const encodeSampled = ({ promptLogprobs, sequences }: Sampled): Uint8Array<ArrayBuffer> =>
  sampleResponse.encode({
    sequences: sequences.map(({ finishReason, logprobs, tokens }) => ({
      stop_reason: finishReason === "stop" ? "STOP_REASON_STOP" : "STOP_REASON_LENGTH",
      tokens: int32.write(tokens),
      logprobs: float32.write(logprobs)
    })),
    ...(promptLogprobs !== undefined && { prompt_logprobs: float32.write(promptLogprobs.map((value) => value ?? Number.NaN)) })
  })

/** Throws where the bytes are no such answer. */
export const decodeSampled = (bytes: Uint8Array): Sampled => {
  const { prompt_logprobs, sequences } = sampleResponse.decode(bytes)
  const told = prompt_logprobs === undefined || prompt_logprobs.length === 0 ? undefined : float32.read(prompt_logprobs)
  return {
    sequences: sequences.map(({ logprobs, stop_reason, tokens }) => ({
      tokens: int32.read(tokens),
      logprobs: float32.read(logprobs ?? new Uint8Array()),
      finishReason: stop_reason === "STOP_REASON_STOP" ? "stop" : "length"
    })),
    promptLogprobs: told?.map((value) => Number.isNaN(value) ? null : value)
  }
}

export const sampledToJson = ({ promptLogprobs, sequences }: Sampled) => ({
  type: "sample",
  sequences: sequences.map(({ finishReason, logprobs, tokens }) => ({ stop_reason: finishReason, tokens, logprobs })),
  prompt_logprobs: promptLogprobs ?? null
})

/** The same the other way. */
export const sampledFromJson = ({ prompt_logprobs, sequences }: SampledJson): Sampled => ({
  sequences: sequences.map(({ logprobs, stop_reason, tokens }) => ({ tokens, logprobs: logprobs ?? [], finishReason: stop_reason === "stop" ? "stop" : "length" })),
  promptLogprobs: prompt_logprobs ?? undefined
})
