/** What a server can do, found out by asking: the same protocol is spoken in dialects, and most say nothing of what they ignore. */
import * as Effect from "effect/Effect"
import { type ChatCompletion, type ChatRequest, textOf } from "../../protocol/chat.ts"
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
  /** Does by them: what is taken may be ignored. */
  readonly topK: boolean
}

/** What a question asks of a server besides an answer. */
interface Form {
  readonly extras: boolean
  readonly n: number
  readonly logprobs: boolean
}

interface Asked {
  readonly form: Form
  readonly answer: ChatCompletion
}

/** What is tried, one after the other, until something is not refused. */
const forms: readonly [Form, ...ReadonlyArray<Form>] = [
  { extras: true, n: 2, logprobs: true },
  { extras: false, n: 2, logprobs: true },
  { extras: false, n: 1, logprobs: true },
  { extras: false, n: 1, logprobs: false }
]

/** Some text, hot enough that equal answers are no chance. */
const probing = (model: string, { extras, logprobs, n }: Form, { seed = 7, topK = -1 } = {}): ChatRequest => ({
  model,
  messages: [{ role: "user", content: "Say anything." }],
  max_tokens: 8,
  temperature: 1.5,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  n,
  seed,
  ...(logprobs ? { logprobs } : {}),
  ...(extras ? { top_k: topK, min_p: 0, repetition_penalty: 1, return_token_ids: true } : {})
})

const isRefusal = ({ status }: Refused): boolean => status === 400 || status === 422

/** Seconds for which a server that is not there yet is waited for: longer, and a wrong address would look like a slow one. */
const patience = 10

const texts = ({ choices }: ChatCompletion): string => JSON.stringify(choices.map(textOf))

/** Asks a few small questions. Fails as `post` does. */
export const capabilities = (patient: Server, model: string): Effect.Effect<Capabilities, Refused> =>
  Effect.gen(function*() {
    const server = { ...patient, patienceSeconds: Math.min(patience, patient.patienceSeconds) }
    const asked = (form: Form) =>
      Effect.map(post(server, probing(model, form)), (answer) => ({ form, answer }))
    const unlessRefused = (form: Form, otherwise: Effect.Effect<Asked, Refused>) => Effect.catchIf(asked(form), isRefusal, () => otherwise)
    const [least, ...more] = forms.toReversed()
    let first = yield* more.reduce((rest, form) => unlessRefused(form, rest), asked(least!))
    // what was refused together may have been refused for one thing alone
    for (const alone of first.form.n === 1 ? [{ extras: true }, { n: 2 }] : []) {
      first = yield* unlessRefused({ ...first.form, ...alone }, Effect.succeed(first))
    }
    const { answer, form } = first
    const second = yield* post(server, probing(model, form))
    /** Whether two answers are the same that only chance would make so, were they not both of the likeliest tokens. */
    const likeliest = Effect.map(
      Effect.forEach([7, 8], (seed) => post(server, probing(model, { ...form, n: 1 }, { seed, topK: 1 }))),
      ([one, other]) => texts(one!) === texts(other!)
    )
    const [choice] = answer.choices
    return {
      n: answer.choices.length === 2,
      seed: texts(answer) === texts(second),
      logprobs: (choice.logprobs?.content?.length ?? 0) > 0,
      tokenIds: (choice.token_ids?.length ?? 0) > 0,
      extras: form.extras,
      // asked again, for the likeliest of a step may be two
      topK: form.extras && ((yield* likeliest) || (yield* likeliest))
    }
  })
