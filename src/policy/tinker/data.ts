/** Questions with their answers as the data of the Tinker protocol, and back. */
import type { InputChunk } from "../../protocol/tinker/chunks.ts"
import type { Datum } from "../../protocol/tinker/training.ts"

/** A prompt as a server reads it. */
export interface Prompt {
  readonly chunks: ReadonlyArray<InputChunk>
  /** Tokens, those of images included. */
  readonly length: number
}

/** An answer to a prompt, and numbers for each of its tokens by the names that a loss has for them. */
export interface Answer {
  readonly prompt: Prompt
  readonly tokens: ReadonlyArray<number>
  readonly inputs: { readonly [name: string]: ReadonlyArray<number> }
}

/** Positions that a server reads: all but the last token, which is only predicted. */
export const lengthOf = ({ prompt, tokens }: Pick<Answer, "prompt" | "tokens">): number => prompt.length + tokens.length - 1

/** Every position predicts the next token; those of the prompt count for nothing. */
export const datumOf = ({ inputs, prompt, tokens }: Answer): Datum => {
  const padded = (values: ReadonlyArray<number>) => {
    const all = [...new Array<number>(prompt.length - 1).fill(0), ...values]
    return { values: all, shape: [all.length] }
  }
  const read = tokens.slice(0, -1)
  return {
    input: read.length === 0 ? prompt.chunks : [...prompt.chunks, { tokens: read }],
    lossInputs: new Map([["target_tokens", padded(tokens)], ...Object.entries(inputs).map(([name, values]) => [name, padded(values)] as const)])
  }
}

/** The log-probabilities of an answer, of those of every position. Throws where there is not one for each. */
export const ofAnswer = (logprobs: ReadonlyArray<number>, answer: Pick<Answer, "prompt" | "tokens">): ReadonlyArray<number> => {
  if (logprobs.length !== lengthOf(answer)) throw new RangeError(`${logprobs.length} log-probabilities for ${lengthOf(answer)} positions`)
  return logprobs.slice(answer.prompt.length - 1)
}

/** What a request may hold: sequences, tokens and bytes. Servers take more, and are rarely asked for it. */
export const limits = { data: 256, tokens: 2 ** 17, bytes: 5_000_000 } as const

const bytesOf = ({ prompt, tokens }: Answer): number =>
  prompt.chunks.reduce((sum, chunk) => sum + ("tokens" in chunk ? 4 * chunk.tokens.length : chunk.image.bytes.length), 16 * tokens.length)

/** Answers in as few requests as they fit into, in order. One that is too large by itself goes alone. */
export const requestsOf = <A extends Answer>(answers: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> => {
  const requests: Array<Array<A>> = []
  let [tokens, bytes] = [0, 0]
  for (const answer of answers) {
    const last = requests.at(-1)
    tokens += lengthOf(answer)
    bytes += bytesOf(answer)
    if (last !== undefined && last.length < limits.data && tokens <= limits.tokens && bytes <= limits.bytes) last.push(answer)
    else {
      requests.push([answer])
      tokens = lengthOf(answer)
      bytes = bytesOf(answer)
    }
  }
  return requests
}
