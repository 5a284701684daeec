import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Random from "../../../src/pipeline/Random.ts"
import { PolicyError } from "../../../src/policy/index.ts"
import type { Completion, SampleOptions } from "../../../src/policy/sampler.ts"
import { gather, type Gathering, next } from "../../../src/server/model/gather.ts"

const drawn: SampleOptions = { n: 1, temperature: 1, topP: 1, topK: 0, maxTokens: 10 }

const asking = (name: string, options: Partial<SampleOptions> = {}) => ({
  question: { messages: [{ role: "user" as const, content: name }], images: [], key: Random.key(1) },
  options: { ...drawn, ...options }
})

type Asking = ReturnType<typeof asking>

const nameOf = (question: Asking["question"]): string => question.messages[0]!.content

const says = (text: string): Completion => ({ text, tokens: [1], logprobs: [0], finishReason: "stop" })

/** A model that answers when it is let, and remembers what it was asked together. */
const model = Effect.gen(function*() {
  const batches: Array<ReadonlyArray<string>> = []
  const lengths: Array<number> = []
  const gate = { current: yield* Deferred.make<void, PolicyError>() }
  const sample = (questions: ReadonlyArray<unknown>, { maxTokens }: SampleOptions) =>
    Effect.suspend(() => {
      const names = (questions as ReadonlyArray<Asking["question"]>).map(nameOf)
      batches.push(names)
      lengths.push(maxTokens)
      return Effect.as(Deferred.await(gate.current), names.map((name) => [says(name)]))
    })
  return { batches, lengths, gate, sample }
})

const limits = { waiting: 5, rows: 4, tokens: 1000, linger: 5, patience: 20 }

/** Asks and waits, aside. */
const wait = (ask: Gathering["ask"], one: Asking) => Effect.forkChild(Effect.flatten(ask(one)))

const settle = TestClock.adjust(limits.linger)

describe("the next batch", () => {
  const names = (all: ReadonlyArray<Asking>) => next(all, limits).map(({ question }) => nameOf(question))

  it("is the one that waited longest, with those that are sampled alike", () => {
    assert.deepStrictEqual(names([asking("a"), asking("b", { temperature: 0 }), asking("c"), asking("d", { topP: 0.5 }), asking("e", { maxTokens: 20 })]), ["a", "c", "e"])
    assert.deepStrictEqual(names([]), [])
  })

  it("is as wide as the model decodes", () => {
    const all = ["a", "b", "c", "d", "e", "f"]
    assert.deepStrictEqual(names(all.map((name) => asking(name))), ["a", "b", "c", "d"])
    assert.deepStrictEqual(names(all.map((name) => asking(name, { n: 2 }))), ["a", "b"])
    assert.deepStrictEqual(names(all.map((name) => asking(name, { n: 9 }))), ["a"])
  })

  it("is as long as there is memory", () => {
    assert.deepStrictEqual(names([asking("a"), asking("b", { maxTokens: 400 }), asking("c")]), ["a", "b"])
    assert.deepStrictEqual(names([asking("a", { maxTokens: 2000 }), asking("b")]), ["a"])
  })
})

describe("questions", () => {
  it.effect("that come together are sampled together, and each gets its own answer", () =>
    Effect.gen(function*() {
      const { batches, gate, lengths, sample } = yield* model
      const { ask } = yield* gather(sample, limits)
      const fibers = yield* Effect.forEach([asking("a"), asking("b", { maxTokens: 30 })], (one) => wait(ask, one))
      yield* settle
      yield* Deferred.succeed(gate.current, undefined)
      const answers = yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(answers, [[says("a")], [says("b")]])
      assert.deepStrictEqual([batches, lengths], [[["a", "b"]], [30]])
    }).pipe(Effect.scoped))

  it.effect("that come while others are sampled go together in the next batch", () =>
    Effect.gen(function*() {
      const { batches, gate, sample } = yield* model
      const { ask } = yield* gather(sample, limits)
      const first = yield* wait(ask, asking("a"))
      yield* settle
      const others = yield* Effect.forEach(["b", "c"], (name) => wait(ask, asking(name)))
      yield* settle
      assert.deepStrictEqual(batches, [["a"]])
      yield* Deferred.succeed(gate.current, undefined)
      yield* Fiber.join(first)
      yield* settle
      yield* Effect.forEach(others, Fiber.join)
      assert.deepStrictEqual(batches, [["a"], ["b", "c"]])
    }).pipe(Effect.scoped))

  it.effect("are waited for while they are on their way, but not for ever", () =>
    Effect.gen(function*() {
      const { batches, gate, sample } = yield* model
      yield* Deferred.succeed(gate.current, undefined)
      const { ask, coming } = yield* gather(sample, limits)
      const first = yield* wait(ask, asking("a"))
      yield* Effect.forkChild(coming(Effect.andThen(Effect.sleep(8), ask(asking("b")))))
      yield* Effect.forkChild(coming(Effect.andThen(Effect.sleep(1000), ask(asking("late")))))
      yield* TestClock.adjust(15)
      assert.deepStrictEqual(batches, [])
      yield* TestClock.adjust(5)
      yield* Fiber.join(first)
      assert.deepStrictEqual(batches, [["a", "b"]])
    }).pipe(Effect.scoped))

  it.effect("of clients that went away are not sampled", () =>
    Effect.gen(function*() {
      const { batches, gate, sample } = yield* model
      const { ask } = yield* gather(sample, limits)
      yield* wait(ask, asking("a"))
      yield* settle
      const gone = yield* wait(ask, asking("gone"))
      const stays = yield* wait(ask, asking("stays"))
      yield* settle
      yield* Fiber.interrupt(gone)
      yield* Deferred.succeed(gate.current, undefined)
      yield* settle
      yield* Fiber.join(stays)
      assert.deepStrictEqual(batches, [["a"], ["stays"]])
    }).pipe(Effect.scoped))

  it.effect("that find too many before them are turned away at once", () =>
    Effect.gen(function*() {
      const { sample } = yield* model
      const { ask } = yield* gather(sample, limits)
      yield* Effect.forEach(["a", "b", "c", "d", "e"], (name) => wait(ask, asking(name)))
      yield* Effect.yieldNow
      const refused = yield* Effect.result(ask(asking("f")))
      assert.isTrue(refused._tag === "Failure" && refused.failure.waiting === 5)
    }).pipe(Effect.scoped))

  it.effect("of a batch whose sampling throws fail, and the next ones are sampled", () =>
    Effect.gen(function*() {
      const { gate, sample } = yield* model
      yield* Deferred.succeed(gate.current, undefined)
      const broken = { current: true }
      const { ask } = yield* gather((...asked) => (broken.current ? Effect.die(new Error("broken")) : sample(...asked)), limits)
      const first = yield* wait(ask, asking("a"))
      yield* settle
      assert.strictEqual((yield* Fiber.await(first))._tag, "Failure")
      broken.current = false
      const second = yield* wait(ask, asking("b"))
      yield* settle
      assert.deepStrictEqual(yield* Fiber.join(second), [says("b")])
    }).pipe(Effect.scoped))

  it.effect("of a batch that fails are told why, and the next ones are sampled", () =>
    Effect.gen(function*() {
      const { gate, sample } = yield* model
      const { ask } = yield* gather(sample, limits)
      const failing = yield* wait(ask, asking("a"))
      yield* settle
      const { current } = gate
      gate.current = yield* Deferred.make<void, PolicyError>()
      yield* Deferred.succeed(gate.current, undefined)
      yield* Deferred.fail(current, new PolicyError({ operation: "sample", message: "no memory", exitCode: 1 }))
      assert.strictEqual((yield* Effect.flip(Fiber.join(failing))).message, "no memory")
      const fine = yield* wait(ask, asking("b"))
      yield* settle
      assert.deepStrictEqual(yield* Fiber.join(fine), [says("b")])
    }).pipe(Effect.scoped))
})
