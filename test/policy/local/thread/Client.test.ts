import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { join } from "node:path"
import * as Random from "../../../../src/pipeline/Random.ts"
import { Subject } from "../../../../src/pipeline/run/services.ts"
import { ComputeThreads } from "../../../../src/pipeline/run/ComputeThreads.ts"
import * as Client from "../../../../src/policy/local/thread/Client.ts"
import { local } from "../../../../src/policy/local/local.ts"
import { Sampler } from "../../../../src/policy/sampler.ts"
import { Trainer } from "../../../../src/policy/trainer.ts"
import { PolicyError } from "../../../../src/policy/policyError.ts"
import * as Tiny from "../tiny.ts"

const key = Random.key(0)
const greedy = { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens: 4 }

const temporary = Effect.acquireRelease(Effect.sync(Tiny.temporaryFolder), ({ remove }) => Effect.sync(remove))

const policy = () => local(Tiny.folder, { weights: 0 }).layer.pipe(Layer.provide(Layer.succeed(ComputeThreads, 1)))

describe("a local policy in its thread", () => {
  it.live("keeps the event loop free while it computes", () =>
    Effect.gen(function*() {
      const model = yield* Sampler
      const ask = (n: number, maxTokens: number) =>
        model.sample([{ ...Tiny.wordsOnly, key }], { ...greedy, temperature: 1, n, maxTokens })
      yield* ask(1, 1)
      const start = performance.now()
      let ticks = 0
      const timer = setInterval(() => ticks++, 5)
      yield* ask(32, 64).pipe(Effect.ensuring(Effect.sync(() => clearInterval(timer))))
      const milliseconds = performance.now() - start
      // Computing here would have let through no tick at all; one in 50 ms is enough for any display.
      assert.isAbove(ticks, milliseconds / 50)
    }).pipe(Effect.provide(policy())))

  it.live("answers calls in the order in which they came, whoever waits for which", () =>
    Effect.gen(function*() {
      const [model, subject] = [yield* Trainer, yield* Subject]
      const { path } = yield* temporary
      const answer = { question: Tiny.wordsOnly, tokens: yield* model.encodeAnswer("None") }
      const [before, , norm, , after] = yield* Effect.all([
        model.logprobs([answer], "current"),
        model.backward([answer], [answer.tokens.map(() => 1)]),
        model.step(Tiny.adamW()),
        subject.save(join(path, "a.safetensors"), "weights"),
        model.logprobs([answer], "current"),
        subject.load("initial")
      ], { concurrency: "unbounded" })
      assert.isAbove(norm.gradientNorm!, 0)
      assert.isAbove(after[0]![0]!, before[0]![0]!)
      assert.deepStrictEqual(yield* model.logprobs([answer], "current"), before)
      yield* subject.load(join(path, "a.safetensors"))
      assert.deepStrictEqual(yield* model.logprobs([answer], "current"), after)
    }).pipe(Effect.provide(policy())))

  it.live("says what went wrong, and goes on", () =>
    Effect.gen(function*() {
      const model = yield* Sampler
      const messages = [{ role: "user" as const, content: [{ type: "image" as const }] }]
      const error = yield* Effect.flip(model.sample([{ messages, images: ["no/such/picture.png"], key }], greedy))
      assert.instanceOf(error, PolicyError)
      assert.strictEqual(error.operation, "sample")
      assert.include(error.message, "no/such/picture.png")
      const tooLong = { messages: [{ role: "user" as const, content: "what ".repeat(3000) }], images: [] }
      const { message } = yield* Effect.flip(model.sample([{ ...tooLong, key }], greedy))
      assert.match(message, /\d+ tokens, images included, and the model reads \d+/)
      const [[completion] = []] = yield* model.sample([{ ...Tiny.wordsOnly, key }], greedy)
      assert.strictEqual(completion!.tokens.length, 4)
    }).pipe(Effect.provide(policy())))

  it.live("says that a model folder cannot be used with the first call, and with every later one", () =>
    Effect.gen(function*() {
      const call = yield* Client.start({ folder: "no/such/model", weights: 0, threads: 1 })
      const first = yield* Effect.flip(call("render", Tiny.wordsOnly))
      const errors = [first, yield* Effect.flip(call("encodeAnswer", "None"))]
      assert.deepStrictEqual(errors.map(({ operation }) => operation), ["render", "encodeAnswer"])
      errors.forEach(({ message }) => assert.include(message, "no/such/model"))
    }))

  it.live("finishes what it was asked when the scope ends, and fails whatever is asked afterwards", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const call = yield* Client.start({ folder: Tiny.folder, weights: 0, threads: 1 }).pipe(Scope.provide(scope))
      const options = { ...greedy, n: 16, maxTokens: 16 }
      const running = yield* Effect.forkChild(call("sample", [{ ...Tiny.wordsOnly, key }], options))
      const queued = yield* Effect.forkChild(call("encodeAnswer", "None"))
      yield* Effect.sleep("50 millis")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(running))[0]!.length, 16)
      assert.strictEqual((yield* Fiber.join(queued)).length, 2)
      const error = yield* Effect.flip(call("encodeAnswer", "None"))
      assert.instanceOf(error, PolicyError)
      assert.include(error.message, "The scope of this policy has ended")
    }))

  it.live("starts each run from the beginning, whatever an earlier one left in the thread", () =>
    Effect.gen(function*() {
      const config = { folder: Tiny.folder, weights: 3, threads: 1 }
      const answer = { question: Tiny.wordsOnly, tokens: [1, 2, 3] }
      const run = Effect.scoped(Effect.gen(function*() {
        const call = yield* Client.start(config)
        const [before] = yield* call("logprobs", [answer], "current")
        yield* call("backward", [answer], [[1, 1, 1]])
        yield* call("step", Tiny.adamW())
        yield* call("backward", [answer], [[1, 1, 1]])
        const [after] = yield* call("logprobs", [answer], "current")
        return { before, after }
      }))
      const first = yield* run
      assert.notDeepEqual(first.after, first.before)
      assert.deepStrictEqual(yield* run, first)
    }))
})
