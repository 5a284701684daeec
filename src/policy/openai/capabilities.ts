/** What a server can do, found out by asking: the same protocol is spoken in dialects, and most say nothing of what they ignore. */
import * as Effect from "effect/Effect"
import { type ChatRequest, textOf } from "../../protocol/chat.ts"
import type { Refused } from "../http/send.ts"
import { post, type Server } from "./post.ts"

export interface Capabilities {
  /** Several answers a request. */
  readonly n: boolean
  /** The same seed gives the same answers again. */
  readonly seed: boolean
  readonly logprobs: boolean
  readonly tokenIds: boolean
  /** Takes the fields of a request that are not OpenAI's own. */
  readonly extras: boolean
}

/** Some text, hot enough that equal answers are no chance. */
const probing = (model: string, extras: boolean): ChatRequest => ({
  model,
  messages: [{ role: "user", content: "Say anything." }],
  max_tokens: 8,
  temperature: 1.5,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  n: 2,
  seed: 7,
  logprobs: true,
  ...(extras ? { top_k: -1, repetition_penalty: 1, return_token_ids: true } : {})
})

const isRefusal = ({ status }: Refused): boolean => status === 400 || status === 422

/** Seconds for which a server that is not there yet is waited for: longer, and a wrong address would look like a slow one. */
const patience = 10

/** Asks two small questions, or three. Fails as `post` does. */
export const capabilities = (patient: Server, model: string): Effect.Effect<Capabilities, Refused> =>
  Effect.gen(function*() {
    const server = { ...patient, patienceSeconds: Math.min(patience, patient.patienceSeconds) }
    const full = yield* Effect.result(post(server, probing(model, true)))
    const extras = full._tag === "Success"
    if (full._tag === "Failure" && !isRefusal(full.failure)) return yield* full.failure
    const first = extras ? full.success : yield* post(server, probing(model, false))
    const second = yield* post(server, probing(model, extras))
    const [choice] = first.choices
    const texts = ({ choices }: typeof first): string => JSON.stringify(choices.map(textOf))
    return {
      n: first.choices.length === 2,
      seed: texts(first) === texts(second),
      logprobs: (choice.logprobs?.content?.length ?? 0) > 0,
      tokenIds: (choice.token_ids?.length ?? 0) > 0,
      extras
    }
  })
