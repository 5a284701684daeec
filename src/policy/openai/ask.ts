/** Requests that are answered once: what was answered before a crash is not asked for again. */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { Answers } from "../../pipeline/run/answers.ts"
import type { JournalError } from "../../pipeline/run/journal.ts"
import type { ChatCompletion, ChatRequest } from "../../protocol/chat.ts"
import type { Completion } from "../sampler.ts"
import type { Refused } from "../http/send.ts"
import type { PolicyError } from "../policyError.ts"
import type { Asked } from "./weights.ts"

/** All that shapes an answer but the url, which the stage's fingerprint holds: the request, and the weights that are to answer it. */
const keyOf = (request: ChatRequest, weights: string): string =>
  createHash("sha256").update(weights).update("\n").update(JSON.stringify(request)).digest("hex")

/**
 * The completions that answer a request, as `read` reads them: those that the running stage got before, or what comes by `send` now,
 * which is kept as soon as it is there, unless `read` fails. What weights answered that are others by then is not.
 */
export const ask = (
  request: ChatRequest,
  send: Effect.Effect<ChatCompletion, Refused>,
  { still, weights }: Asked,
  read: (answer: ChatCompletion) => Effect.Effect<ReadonlyArray<Completion>, PolicyError>
): Effect.Effect<ReadonlyArray<Completion>, Refused | JournalError | PolicyError> =>
  Effect.gen(function*() {
    const answers = yield* Answers
    const key = keyOf(request, weights)
    const kept = yield* answers.find(key)
    if (kept !== undefined) return JSON.parse(kept) as ReadonlyArray<Completion> // as it was kept below, by the same code
    const found = yield* read(yield* send)
    if (yield* still) yield* answers.keep(key, JSON.stringify(found))
    return found
  })
