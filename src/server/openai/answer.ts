/** Completions as a chat completion, whole or in pieces. */
import type { Ended } from "../model/cut.ts"
import { pieces, type Tokens } from "./pieces.ts"
import type { Shape } from "./request.ts"

/** What is said of an answer beside its text. */
export interface Head {
  readonly id: string
  /** Seconds since 1970. */
  readonly created: number
  readonly model: string
  /** Which weights answered. */
  readonly fingerprint: string
}

/** How a request was answered. */
export interface Answer {
  readonly head: Head
  readonly prompt: ReadonlyArray<number>
  readonly completions: ReadonlyArray<Ended>
  readonly shape: Shape
}

const usage = ({ completions, prompt }: Answer) => {
  const completion = completions.reduce((sum, { tokens }) => sum + tokens.length, 0)
  return { prompt_tokens: prompt.length, completion_tokens: completion, total_tokens: prompt.length + completion }
}

/** The log-probability of each token, which is that of the model at temperature 1, before top-p and top-k. */
const logprobs = (tokens: ReadonlyArray<number>, values: ReadonlyArray<number>, text: Tokens) => ({
  content: tokens.map((id, i) => {
    const bytes = text.bytes(id)
    return { token: new TextDecoder().decode(bytes), logprob: values[i]!, bytes: Array.from(bytes), top_logprobs: [] }
  }),
  refusal: null
})

const common = ({ created, fingerprint, id, model }: Head, object: string) => ({ id, object, created, model, system_fingerprint: fingerprint })

/** All of an answer. */
export const whole = (answer: Answer, text: Tokens) => ({
  ...common(answer.head, "chat.completion"),
  choices: answer.completions.map((completion, index) => ({
    index,
    message: { role: "assistant", content: completion.text, refusal: null },
    logprobs: answer.shape.logprobs ? logprobs(completion.tokens, completion.logprobs, text) : null,
    finish_reason: completion.finishReason,
    stop_reason: completion.stop,
    ...(answer.shape.tokenIds && { token_ids: completion.tokens })
  })),
  usage: usage(answer),
  ...(answer.shape.tokenIds && { prompt_token_ids: answer.prompt })
})

const chunk = ({ head, shape }: Pick<Answer, "head" | "shape">, choices: ReadonlyArray<object>, counts: object | null = null) => ({
  ...common(head, "chat.completion.chunk"),
  choices,
  ...(shape.usage && { usage: counts })
})

/** What a stream begins with: who speaks, for each choice. */
export const opening = (answer: Omit<Answer, "completions">, n: number): ReadonlyArray<object> =>
  Array.from({ length: n }, (_, index) => ({
    ...chunk(answer, [{ index, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null }]),
    ...(answer.shape.tokenIds && index === 0 && { prompt_token_ids: answer.prompt })
  }))

/** The rest of a stream: a piece a token, choice after choice, how each ended, and the counts where they are wanted. */
export function* following(answer: Answer, text: Tokens): Generator<object> {
  const { completions, shape } = answer
  for (const [index, completion] of completions.entries()) {
    const { finishReason, stop, tokens } = completion
    for (const [i, content] of pieces(tokens, completion.text, text).entries()) {
      yield chunk(answer, [{
        index,
        delta: { content },
        logprobs: shape.logprobs ? logprobs([tokens[i]!], [completion.logprobs[i]!], text) : null,
        finish_reason: null,
        ...(shape.tokenIds && { token_ids: [tokens[i]!] })
      }])
    }
    yield chunk(answer, [{ index, delta: {}, logprobs: null, finish_reason: finishReason, stop_reason: stop }])
  }
  if (shape.usage) yield chunk(answer, [], usage(answer))
}
