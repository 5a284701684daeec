import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { join } from "node:path"
import * as Random from "../../src/pipeline/Random.ts"
import { Subject } from "../../src/pipeline/services.ts"
import * as Client from "../../src/policy/local/Client.ts"
import { local } from "../../src/policy/local/local.ts"
import { Policy, PolicyError } from "../../src/policy/Policy.ts"
import * as Tiny from "./tiny.ts"

const key = Random.key(0)
const greedy = { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens: 4 }

const temporary = Effect.acquireRelease(Effect.sync(Tiny.temporaryFolder), ({ remove }) => Effect.sync(remove))

describe("a local policy in its thread", () => {
  it.live("keeps the event loop free while it computes", () =>
    Effect.gen(function*() {
      const policy = yield* Policy
      const ask = (n: number, maxTokens: number) =>
        policy.sample([{ ...Tiny.wordsOnly, key }], { ...greedy, temperature: 1, n, maxTokens })
      yield* ask(1, 1)
      const start = performance.now()
      let ticks = 0
      const timer = setInterval(() => ticks++, 5)
      yield* ask(32, 64).pipe(Effect.ensuring(Effect.sync(() => clearInterval(timer))))
      const milliseconds = performance.now() - start
      // Computing here would have let through no tick at all; one in 50 ms is enough for any display.
      assert.isAbove(milliseconds, 100)
      assert.isAbove(ticks, milliseconds / 50)
    }).pipe(Effect.provide(local(Tiny.folder, { weights: 0 }).layer)))

  it.live("answers calls in the order in which they came, whoever waits for which", () =>
    Effect.gen(function*() {
      const [policy, subject] = [yield* Policy, yield* Subject]
      const { path } = yield* temporary
      const answer = { question: Tiny.wordsOnly, tokens: yield* policy.encodeAnswer("None") }
      const [before, , norm, , after] = yield* Effect.all([
        policy.logprobs([answer], "current"),
        policy.backward([answer], [answer.tokens.map(() => 1)]),
        policy.step(Tiny.adamW()),
        subject.save(join(path, "a.safetensors"), "weights"),
        policy.logprobs([answer], "current"),
        subject.load("initial")
      ], { concurrency: "unbounded" })
      assert.isAbove(norm.gradientNorm, 0)
      assert.isAbove(after[0]![0]!, before[0]![0]!)
      assert.deepStrictEqual(yield* policy.logprobs([answer], "current"), before)
      yield* subject.load(join(path, "a.safetensors"))
      assert.deepStrictEqual(yield* policy.logprobs([answer], "current"), after)
    }).pipe(Effect.provide(local(Tiny.folder, { weights: 0 }).layer)))

  it.live("says what went wrong, and goes on", () =>
    Effect.gen(function*() {
      const policy = yield* Policy
      const missing = { ...Tiny.wordsOnly, messages: [{ role: "user" as const, content: [{ type: "image" as const }] }] }
      const error = yield* Effect.flip(policy.sample([{ ...missing, images: ["no/such/picture.png"], key }], greedy))
      assert.instanceOf(error, PolicyError)
      assert.strictEqual(error.operation, "sample")
      assert.include(error.message, "no/such/picture.png")
      const tooLong = { messages: [{ role: "user" as const, content: "what ".repeat(3000) }], images: [] }
      assert.match((yield* Effect.flip(policy.sample([{ ...tooLong, key }], greedy))).message, /\d+ tokens.*reads 2048/s)
      const [[completion] = []] = yield* policy.sample([{ ...Tiny.wordsOnly, key }], greedy)
      assert.strictEqual(completion!.tokens.length, 4)
    }).pipe(Effect.provide(local(Tiny.folder, { weights: 0 }).layer)))

  it.live("says that a model folder cannot be used with the first call, and with every later one", () =>
    Effect.gen(function*() {
      const call = yield* Client.start({ folder: "no/such/model", weights: 0, threads: 1 })
      for (const method of ["render", "encodeAnswer"] as const) {
        const error = yield* Effect.flip(method === "render" ? call(method, Tiny.wordsOnly) : call(method, "None"))
        assert.strictEqual(error.operation, method)
        assert.include(error.message, "no/such/model")
      }
    }))

  it.live("finishes what it was asked when the scope ends, and fails whatever is asked afterwards", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const call = yield* Client.start({ folder: Tiny.folder, weights: 0, threads: 1 }).pipe(Scope.provide(scope))
      const running = yield* Effect.forkChild(call("sample", [{ ...Tiny.wordsOnly, key }], { ...greedy, n: 16, maxTokens: 16 }))
      const queued = yield* Effect.forkChild(call("encodeAnswer", "None"))
      yield* Effect.sleep("50 millis")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(running))[0]!.length, 16)
      assert.strictEqual((yield* Fiber.join(queued)).length, 2)
      const error = yield* Effect.flip(call("encodeAnswer", "None"))
      assert.instanceOf(error, PolicyError)
      assert.include(error.message, "The compute thread ended")
    }))
})
