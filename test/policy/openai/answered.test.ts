/** What a server was asked once is not asked again while the answer is kept. That a killed run keeps it: test/integration/asked.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { afterEach } from "vitest"
import { Answers } from "../../../src/pipeline/run/answers.ts"
import { JournalError } from "../../../src/pipeline/run/journal.ts"
import { ask } from "../../../src/policy/openai/ask.ts"
import { post } from "../../../src/policy/openai/post.ts"
import { completions, requests } from "../../../src/policy/openai/request.ts"
import type { ChatCompletion } from "../../../src/protocol/chat.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import { type Served, serve, vllm } from "./dialects.ts"

const servers: Array<Served> = []
afterEach(() => Promise.all(servers.splice(0).map(({ close }) => close())))

const all = { n: true, seed: true, logprobs: true, tokenIds: true, extras: true, topK: true }

const made = (text: string, key: number) =>
  requests("tiny", [{ role: "user", content: text }], { n: 2, temperature: 1, topP: 1, topK: 0, maxTokens: 9 }, Random.key(key), all)[0]!

const keeping = () => {
  const kept = new Map<string, string>()
  return {
    kept,
    answers: {
      find: (key: string) => Effect.sync(() => kept.get(key)),
      keep: (key: string, answer: string) => Effect.sync(() => void kept.set(key, answer))
    }
  }
}

const asking = Effect.gen(function*() {
  const served = yield* Effect.promise(() => serve(vllm))
  servers.push(served)
  const server = { url: served.url, timeoutSeconds: 5, patienceSeconds: 1 }
  const read = (answer: ChatCompletion) => Effect.succeed(completions(answer))
  return {
    served,
    say: (text: string, key = 1, weights = "", still = true) =>
      ask(made(text, key), post(server, made(text, key)), { model: "tiny", weights, still: Effect.succeed(still) }, read)
  }
})

describe("a request", () => {
  it.effect("is answered from what is kept, to the bit, as long as all that shapes the answer is the same", () =>
    Effect.gen(function*() {
      const { answers, kept } = keeping()
      const { say, served } = yield* asking
      const first = yield* say("Where?").pipe(Effect.provideService(Answers, answers))
      assert.deepStrictEqual(yield* say("Where?").pipe(Effect.provideService(Answers, answers)), first)
      assert.deepStrictEqual([served.asked.length, kept.size], [1, 1])
      for (const other of [say("What?"), say("Where?", 2), say("Where?", 1, "after step 3")]) {
        yield* other.pipe(Effect.provideService(Answers, answers))
      }
      assert.deepStrictEqual([served.asked.length, kept.size], [4, 4])
    }))

  it.effect("that other weights may have answered is not kept", () =>
    Effect.gen(function*() {
      const { answers, kept } = keeping()
      const { say } = yield* asking
      yield* say("Where?", 1, "after step 3", false).pipe(Effect.provideService(Answers, answers))
      assert.strictEqual(kept.size, 0)
    }))

  it.effect("is asked every time where nothing is kept", () =>
    Effect.gen(function*() {
      const { say, served } = yield* asking
      yield* say("Where?")
      yield* say("Where?")
      assert.strictEqual(served.asked.length, 2)
    }))

  it.effect("whose answer cannot be kept fails, as the next crash would ask it again", () =>
    Effect.gen(function*() {
      const full = Effect.fail(new JournalError({ operation: "keepAnswer", message: "the disk is full" }))
      const { say } = yield* asking
      const error = yield* Effect.flip(say("Where?").pipe(Effect.provideService(Answers, { find: () => Effect.undefined, keep: () => full })))
      assert.strictEqual(error.message, "the disk is full")
    }))
})
