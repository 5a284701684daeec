/** Sampling: what was asked, checked, and answered together with what others ask of the same weights. */
import { randomInt } from "node:crypto"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Random from "../../pipeline/Random.ts"
import type { Asked, Drawn } from "../../policy/local/adapters/start.ts"
import type { Sample, SamplingParams } from "../../protocol/tinker/Requests.ts"
import { chunksOf } from "../../protocol/tinker/chunks.ts"
import type { Sampled } from "../../protocol/tinker/sampling.ts"
import { errorOf, HttpError } from "../http/answers.ts"
import { atStop } from "../model/cut.ts"
import { gather, type GatherOptions } from "../model/gather.ts"
import { invalid } from "../model/invalid.ts"
import type { Base } from "./base.ts"
import type { Input, InputReader } from "./input.ts"
import { nameOf, type Samplers, type Weights } from "./samplers.ts"
import { segmentsOf } from "./segments.ts"

/** What a server takes on. The model decodes 64 completions side by side. */
const limits = { waiting: 1024, rows: 64, tokens: 64 * 2048, linger: 5, patience: 100 } as const

/** So cold that 1 / temperature is still a number for every model. */
const coldest = 0.01

interface Options extends GatherOptions {
  readonly weights: Weights
  readonly ends: ReadonlyArray<number>
  readonly apart: string
}

/** A request that can be answered. */
export interface Asking {
  readonly input: Input
  readonly options: Options
  /** How many answers there are to be; greedy ones are all the same, and sampled once. */
  readonly count: number
  readonly seed: number | undefined
  readonly stops: ReadonlyArray<string>
  readonly promptLogprobs: boolean
}

/** What ends an answer: tokens, and strings of several tokens. */
const endsOf = ({ stop }: SamplingParams, { text }: Pick<Base, "text">) => {
  if (stop === undefined) return { ends: text.endIds, stops: [] }
  const given = typeof stop === "string" ? [stop] : stop
  if (given.length === 0) return { ends: [], stops: [] }
  const ids: Array<number> = []
  const stops: Array<string> = []
  for (const one of given) {
    const encoded = typeof one === "number" ? [one] : text.encode(one)
    // a special token has no text that could be looked for
    if (typeof one === "number" || (encoded.length === 1 && text.isSilent(encoded[0]!))) ids.push(encoded[0]!)
    else stops.push(one)
  }
  return { ends: [...text.endIds, ...ids], stops }
}

/** Fields that would change what is answered, and are not done. */
const undone = ["topk_prompt_logprobs", "topk_sample_logprobs", "prompt_alt_tokens_k", "record_stability_info"] as const

/** Reads a request. Throws `HttpError`, naming the field, where it cannot be answered. */
export const readSample = async (request: Sample, weights: Weights, base: Base, readInput: InputReader): Promise<Asking> => {
  const asked = undone.find((field) => request[field])
  if (asked !== undefined) throw invalid(`${asked} is not done by this server; leave it out.`, asked, "unsupported_parameter")
  const { max_tokens, seed, temperature = 1, top_k = -1, top_p = 1 } = request.sampling_params
  if (temperature > 0 && temperature < coldest) {
    throw invalid(`sampling_params.temperature: ${temperature} is too close to 0. Say 0 for greedy answers, or at least ${coldest}.`, "sampling_params.temperature")
  }
  const input = await readInput(chunksOf(request.prompt), "prompt")
  const count = request.num_samples ?? 1
  const room = base.context - input.length
  const maxTokens = max_tokens ?? Math.min(room, Math.floor(limits.tokens / count))
  if (maxTokens > room || room < 1) {
    throw invalid(`sampling_params.max_tokens: the prompt has ${input.length} tokens, images included, so of the ${base.context} that the model reads ${Math.max(0, room)} are left.`, "sampling_params.max_tokens", "context_length_exceeded")
  }
  if (count * maxTokens > limits.tokens) {
    throw invalid(`sampling_params.max_tokens: ${count} answers of ${maxTokens} tokens are over the ${limits.tokens} that a request may ask for.`, "sampling_params.max_tokens")
  }
  const { ends, stops } = endsOf(request.sampling_params, base)
  const greedy = temperature === 0
  const how = greedy ? { n: 1, temperature, topP: 1, topK: 0 } : { n: count, temperature, topP: top_p, topK: Math.max(0, top_k) }
  return {
    input,
    options: { ...how, maxTokens, weights, ends, apart: JSON.stringify([nameOf(weights), ends]) },
    count,
    seed,
    stops,
    promptLogprobs: request.prompt_logprobs ?? false
  }
}

/** At most so many tokens: one with a smaller limit may have been sampled with others. */
const atMost = ({ finishReason, logprobs, tokens }: Drawn, most: number): Drawn =>
  tokens.length <= most
    ? { finishReason, logprobs, tokens }
    : { finishReason: "length", logprobs: logprobs.slice(0, most), tokens: tokens.slice(0, most) }

export interface Sampling {
  /** Reads a request and takes it in, and gives its answer, which is on its way. Throws `HttpError` where too many wait. */
  readonly ask: (read: () => Promise<Asking>) => Promise<{ readonly answer: Promise<Sampled> }>
}

const busy = ({ waiting }: { readonly waiting: number }): HttpError =>
  new HttpError({ status: 429, message: `${waiting} requests are waiting already; ask again later`, code: "busy", headers: { "retry-after": "1" } })

/** Samples what is asked until the scope ends. */
export const sampling = (base: Base, { use }: Samplers): Effect.Effect<Sampling, never, Scope.Scope> =>
  Effect.gen(function*() {
    const together = yield* gather<Asked, Options, Drawn>(
      (asked, { apart: _, weights, ...options }) => use(weights, (name) => base.samples("sample", name, asked, options)),
      limits
    )
    const decode = base.text.decode

    /** log p of every token of a prompt but the first; null within images. */
    const promptLogprobs = (input: Input, weights: Weights) => {
      const tokens = input.pieces.flatMap(({ chunk, length }) => "tokens" in chunk ? chunk.tokens : new Array<number>(length).fill(-1))
      // what position i predicts is the token behind it; the last predicts what is sampled
      const targets = [...tokens.slice(1), 0].map((token) => Math.max(0, token))
      const segments = segmentsOf({ input, targets, worth: targets.map(() => 0) })
      const scored = segments.map(({ scored }) => ({ ...scored, weights: [] }))
      return Effect.map(use(weights, (name) => base.samples("score", name, scored, false)), (found) => {
        const values = new Array<number | null>(input.length).fill(null)
        segments.forEach(({ positions }, s) =>
          found[s]!.forEach((value, t) => {
            const at = positions[t]! + 1
            if (at < values.length && tokens[at] !== -1) values[at] = value
          })
        )
        return values
      })
    }

    const begin = (read: () => Promise<Asking>) =>
      Effect.gen(function*() {
        const { count, input, options, promptLogprobs: told, seed, stops } = yield* Effect.tryPromise({ try: read, catch: errorOf })
        const key = Random.key(seed ?? randomInt(2 ** 48 - 1))
        const prompt = input.pieces.map(({ chunk }) => chunk)
        const answering = yield* Effect.mapError(together.ask({ question: { prompt, key }, options }), busy)
        const answer = Effect.gen(function*() {
          const drawn = (yield* answering).map((one) => {
            const cut = atMost(one, options.maxTokens)
            return stops.length === 0 ? cut : atStop({ ...cut, text: decode(cut.tokens) }, stops, decode)
          })
          const sequences = options.temperature === 0 ? Array.from({ length: count }, () => drawn[0]!) : drawn
          return { sequences, promptLogprobs: told ? yield* promptLogprobs(input, options.weights) : undefined }
        })
        return { answer }
      })
    const run = Effect.runPromiseWith(yield* Effect.context<never>())
    return { ask: async (read) => ({ answer: run((await run(together.coming(begin(read)))).answer) }) }
  })
