/** Answers sampled on a Tinker server; what was answered before a crash is not asked for again. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Text } from "../../model/modelText.ts"
import { type Key, threefry } from "../../pipeline/Random.ts"
import { Answers } from "../../pipeline/run/answers.ts"
import * as Protocol from "../../protocol/tinker/Answers.ts"
import { modelInputOf } from "../../protocol/tinker/chunks.ts"
import type { SamplingParams } from "../../protocol/tinker/Requests.ts"
import { decodeSampled, type Sampled, sampledFromJson } from "../../protocol/tinker/sampling.ts"
import { Refused } from "../http/send.ts"
import type { Completion, SampleOptions } from "../sampler.ts"
import type { Prompt } from "./data.ts"
import { call, decoded, type Outcome, outcome, type Server } from "./server.ts"

/** Where is sampled from. */
export interface Source {
  readonly server: Server
  readonly session: string
  /** Counts the requests of the session, from 0. */
  readonly next: () => number
}

/** A seed that servers take: 31 bits of the key. */
export const seedOf = (key: Key): number => threefry(key, 0, 0)[0] >>> 1

const readSampled = Schema.decodeUnknownSync(Protocol.SampledJson)

const sampledOf = (found: Outcome): Sampled => "bytes" in found ? decodeSampled(found.bytes) : sampledFromJson(readSampled(found.json))

/** Greedy answers are all the same, so one is asked for. The model's own ends are said, for some servers do not know them. */
const requestOf = (prompt: Prompt, key: Key, { maxTokens, n, temperature, topK, topP }: SampleOptions, ends: ReadonlyArray<number>) => ({
  prompt: modelInputOf(prompt.chunks),
  num_samples: temperature === 0 ? 1 : n,
  sampling_params: { max_tokens: maxTokens, seed: seedOf(key), temperature, top_k: topK === 0 ? -1 : topK, top_p: topP, stop: ends } satisfies SamplingParams,
  type: "sample"
})

/** Asks once, and waits. */
export const ask = ({ next, server, session }: Source, request: object): Effect.Effect<Sampled, Refused> =>
  Effect.gen(function*() {
    const body = { sampling_session_id: session, seq_id: next(), ...request }
    const { request_id } = yield* call(server, Protocol.Submitted, { path: "asample", body })
    return yield* decoded(yield* outcome(server, "asample", request_id), "asample", sampledOf)
  })

const completionOf = (text: Text) => ({ finishReason, logprobs, tokens }: Sampled["sequences"][number]): Completion => {
  const ended = finishReason === "stop" && text.endIds.includes(tokens.at(-1)!)
  return {
    tokens,
    logprobs: logprobs.length === tokens.length ? logprobs : [],
    text: text.decode(ended ? tokens.slice(0, -1) : tokens),
    finishReason
  }
}

/**
 * The answers to one question: those that the running stage got before from weights of the same lineage, or what comes now, which is
 * kept as soon as it is there. `source` is asked for where it is needed.
 */
export const sample = <E>(
  source: Effect.Effect<Source, E>,
  lineage: string,
  question: { readonly prompt: Prompt; readonly key: Key },
  options: SampleOptions,
  text: Text
) =>
  Effect.gen(function*() {
    const request = requestOf(question.prompt, question.key, options, text.endIds)
    const answers = yield* Answers
    const key = createHash("sha256").update(lineage).update("\n").update(JSON.stringify(request)).digest("hex")
    const kept = yield* answers.find(key)
    const found = kept === undefined ? yield* ask(yield* source, request) : JSON.parse(kept) as Sampled // as it was kept below
    const { length } = found.sequences
    if (length !== request.num_samples) {
      return yield* new Refused({ status: undefined, message: `sent ${length} answers to asample where ${request.num_samples} were asked for` })
    }
    if (kept === undefined) yield* answers.keep(key, JSON.stringify(found))
    const own = found.sequences.map(completionOf(text))
    return options.temperature === 0 ? Array.from({ length: options.n }, () => own[0]!) : own
  })
