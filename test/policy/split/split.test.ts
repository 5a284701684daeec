/** A sampler elsewhere that is given the trainer's weights, with a sampler and a trainer that write down what happens. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as Random from "../../../src/pipeline/Random.ts"
import { PolicyError } from "../../../src/policy/policyError.ts"
import type { Delivery } from "../../../src/policy/receiver.ts"
import type { Completion } from "../../../src/policy/sampler.ts"
import * as Courier from "../../../src/policy/split/Courier.ts"
import { samplesOf } from "../../../src/policy/split/samples.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-split-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const limits = { minPixels: 3136, maxPixels: 50_176 }
const said = (text: string, more: Partial<Completion> = {}): Completion => ({ text, tokens: [5, 6], logprobs: [-1, -2], finishReason: "stop", ...more })
const question = { messages: [{ role: "user" as const, content: "Where?" }], images: [], key: Random.key(1) }
const options = { n: 1, temperature: 1, topP: 1, topK: 0, maxTokens: 4 }

/** Two places: the trainer's weights are a number, and the sampler answers by the one that it has. */
const places = (name: string, { answer = said, pixels = limits }: { answer?: (text: string) => Completion; pixels?: typeof limits } = {}) => {
  const here = mkdtempSync(join(folder, name))
  const happened: Array<string> = []
  const trained = { weights: 1 }
  const server: { has: Delivery | undefined; afterAnswer: () => void } = { has: undefined, afterAnswer: () => {} }
  const sampling = {
    pixelLimits: Effect.succeed(pixels),
    inputSize: Effect.succeed,
    render: () => Effect.succeed(""),
    sample: () =>
      Effect.sync(() => {
        const text = server.has === undefined ? "the server's own" : `of ${server.has.folder.split("/").at(-1)!.slice(0, 6)}`
        happened.push("sample")
        server.afterAnswer()
        return [[answer(text)]]
      })
  }
  const training = { ...sampling, pixelLimits: Effect.succeed(limits) }
  const trainer = {
    encodeAnswer: () => Effect.succeed([]),
    logprobs: (sequences: ReadonlyArray<unknown>) => Effect.succeed(sequences.map(() => [-3, -4])),
    syncReference: Effect.void,
    backward: () => Effect.succeed([]),
    step: () => Effect.succeed({ gradientNorm: 0 })
  }
  const courier = Courier.make({
    here,
    there: (version) => `/there/${version}`,
    what: "model",
    portable: {
      write: (target) => Effect.gen(function*() {
        happened.push("write")
        writeFileSync(join(target, "model.safetensors"), String(trained.weights))
        if (trained.weights < 0) return yield* new PolicyError({ operation: "write", message: "the disk is full", exitCode: 1 })
      })
    },
    receiver: {
      receive: (delivery) => Effect.sync(() => {
        happened.push("receive")
        assert.isTrue(existsSync(join(here, delivery.version, "model.safetensors")))
        if (server.has !== undefined) assert.isTrue(existsSync(join(here, server.has.version)), "what it has stays until the next has come")
        server.has = delivery
      }),
      has: (delivery) => Effect.sync(() => server.has?.version === delivery.version)
    }
  })
  const sample = Effect.gen(function*() {
    const found = yield* courier
    return { courier: found, made: yield* samplesOf({ sampler: sampling, local: training, trainer, courier: found }) }
  })
  return { happened, here, sample, server, trained }
}

describe("the weights that answer", () => {
  it.effect("are delivered before the first answer, and only after they changed before another", () =>
    Effect.gen(function*() {
      const { happened, sample, trained } = places("changes")
      const { courier, made } = yield* sample
      const texts = [yield* made([question], options), yield* made([question], options)].map(([group]) => group![0]!.text)
      assert.strictEqual(texts[0], texts[1])
      assert.deepStrictEqual(happened, ["write", "receive", "sample", "sample"])
      trained.weights = 2
      yield* courier.changed
      const [[other]] = (yield* made([question], options)) as [[Completion]]
      assert.notStrictEqual(other.text, texts[0])
      assert.deepStrictEqual(happened.slice(4), ["write", "receive", "sample"])
    }).pipe(Effect.scoped))

  it.effect("are not sent again where the sampler has them already, whoever sent them", () =>
    Effect.gen(function*() {
      const { happened, sample, server, trained } = places("known")
      trained.weights = 6
      const version = createHash("sha256").update("6").digest("hex")
      server.has = { version, folder: `/there/${version}`, what: "model" }
      yield* (yield* sample).made([question], options)
      assert.deepStrictEqual(happened, ["write", "sample"])
    }).pipe(Effect.scoped))

  it.effect("are delivered again when the sampler started anew while it answered, and its own answers are dropped", () =>
    Effect.gen(function*() {
      const { happened, sample, server } = places("restart")
      let once = true
      server.afterAnswer = () => {
        if (once) server.has = undefined
        once = false
      }
      const [[answer]] = (yield* (yield* sample).made([question], options)) as [[Completion]]
      assert.match(answer.text, /^of /)
      assert.deepStrictEqual(happened, ["write", "receive", "sample", "receive", "sample"])
    }).pipe(Effect.scoped))

  it.effect("that others keep replacing are an error with what to do", () =>
    Effect.gen(function*() {
      const { sample, server } = places("fight")
      server.afterAnswer = () => (server.has = undefined)
      const error = yield* Effect.flip((yield* sample).made([question], options))
      assert.match(error.message, /^3 times other weights took the place .* \(--jobs 1\), or use adapters\.$/)
    }).pipe(Effect.scoped))

  it.effect("lie on the disk once, and not at all in the end", () =>
    Effect.gen(function*() {
      const { here, sample, trained } = places("disk")
      yield* Effect.scoped(Effect.gen(function*() {
        const { courier, made } = yield* sample
        for (trained.weights of [1, 2, 3]) {
          yield* courier.changed
          yield* made([question], options)
          assert.strictEqual(readdirSync(here).length, 1)
        }
      }))
      assert.deepStrictEqual(readdirSync(here), [])
    }))

  it.effect("leave nothing there that could not be written", () =>
    Effect.gen(function*() {
      const { here, sample, trained } = places("full")
      const { courier, made } = yield* sample
      yield* made([question], options)
      trained.weights = -1
      yield* courier.changed
      assert.strictEqual((yield* Effect.flip(made([question], options))).message, "the disk is full")
      assert.deepStrictEqual(readdirSync(here).filter((name) => name.startsWith("next-")), [])
    }).pipe(Effect.scoped))
})

describe("log-probabilities", () => {
  it.effect("are the sampler's where it tells them", () =>
    Effect.gen(function*() {
      const [[answer]] = (yield* (yield* places("told").sample).made([question], options)) as [[Completion]]
      assert.deepStrictEqual(answer.logprobs, [-1, -2])
    }).pipe(Effect.scoped))

  it.effect("are the trainer's where it does not", () =>
    Effect.gen(function*() {
      const { sample } = places("untold", { answer: (text) => said(text, { logprobs: [] }) })
      const [[answer]] = (yield* (yield* sample).made([question], options)) as [[Completion]]
      assert.deepStrictEqual(answer.logprobs, [-3, -4])
    }).pipe(Effect.scoped))

  it.effect("cannot be found for tokens that nobody told", () =>
    Effect.gen(function*() {
      const { sample } = places("unknown", { answer: (text) => said(text, { logprobs: [], tokens: [0, 0] }) })
      const error = yield* Effect.flip((yield* sample).made([question], options))
      assert.match(error.message, /does not tell its tokens\. Name the trainer's folder as its `folder`/)
    }).pipe(Effect.scoped))
})

it.effect("two that see pictures at different sizes do not go together", () =>
  Effect.gen(function*() {
    const { happened, sample } = places("sizes", { pixels: { minPixels: 3136, maxPixels: 12_845_056 } })
    const error = yield* Effect.flip((yield* sample).made([question], options))
    assert.match(error.message, /between 3136 and 12845056 pixels, the trainer between 3136 and 50176\. Name the trainer's folder/)
    assert.deepStrictEqual(happened, [])
  }).pipe(Effect.scoped))
