/**
 * `Policy.tinker` on servers of other makes: SkyRL, by protobuf, whose losses are means; hatchery, by JSON. Neither looks at pictures here, so
 * what is asked is text.
 */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll } from "vitest"
import * as Random from "../../src/pipeline/Random.ts"
import * as Policy from "../../src/policy/index.ts"
import { setEnvironment } from "../environment.ts"
import { type Alive, alive } from "../policy/tinker/support.ts"
import { folder as environments, has, hatchery, type Running, skyrl } from "./servers.ts"

const root = mkdtempSync(join(tmpdir(), "assay-tinker-client-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const question = (text: string) => ({ messages: [{ role: "user" as const, content: text }], images: [] })
const adamW = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradientNorm: Infinity }
const sequences = [
  { question: question("What is a box?"), tokens: [5, 6, 7, 8, 9, 10] },
  { question: question("And what is a triangle, then?"), tokens: [11, 12] }
]
const drawn = { n: 2, temperature: 1, topP: 1, topK: 0, maxTokens: 6 }
const still = { ...adamW, learningRate: 0 }

type Tokens = ReadonlyArray<ReadonlyArray<number>>

/** The norm of the gradient of weighted log-probabilities; nothing is learnt. */
const norm = ({ trainer }: Alive, some: typeof sequences, weights: Tokens, at?: Tokens) =>
  Effect.gen(function*() {
    yield* trainer.backward(some, weights, at)
    return (yield* trainer.step(still)).gradientNorm!
  })

const sumOf = (tokens: Tokens): number => tokens.flat().reduce((a, b) => a + b, 0)

// a minute passes until it has compiled what it computes, on both cores
describe.skipIf(!has("skyrl"))("SkyRL 0.4, jax", { tags: ["long"] }, () => {
  let server: Running
  // the decoder of a model, and the model itself: the same weights
  const [model, whole] = [join(root, "llama"), join(root, "bare")]
  beforeAll(async () => {
    const make = (what: string, from: string, to: string) =>
      execFileSync(join(environments, "skyrl", "bin", "python"), [join(import.meta.dirname, "text_only.py"), what, from, to], { env: { ...process.env, CUDA_VISIBLE_DEVICES: "" } })
    make("bare", "assets/tiny-vl", whole)
    make("llama", whole, model)
    server = await skyrl(model, root)
  })
  afterAll(() => server?.stop())

  const policy = () => Policy.tinker({ url: server.url, model, folder: model, lora: { rank: 8, seed: 1 }, patienceSeconds: 60 })

  it.live("is found out: protobuf, means over tokens and sequences, no pictures", () =>
    Effect.gen(function*() {
      const facts = yield* policy().probe!([], 60)
      assert.deepInclude(facts, {
        "server.wire": "protobuf",
        "server.linearLoss": "importance_sampling",
        "server.lossDividedBy": "its tokens and sequences",
        "server.lossDividedOver": "step",
        "server.reductionKnownBy": "gradient",
        "server.images": 0,
        "server.seed": 1,
        "server.logprobs": 1
      })
    }))

  it.live("says of text what the same weights say here: log-probabilities and greedy answers", () =>
    Effect.scoped(Effect.gen(function*() {
      const [here, there] = [yield* alive(Policy.local(whole)), yield* alive(policy())]
      const [expected, found] = [yield* here.trainer.logprobs(sequences, "current"), yield* there.trainer.logprobs(sequences, "current")]
      found.flat().forEach((value, t) => assert.approximately(value, expected.flat()[t]!, 1e-3))
      const asked = sequences.map(({ question }, i) => ({ ...question, key: Random.key(i) }))
      const greedy = { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens: 12 }
      const textsOf = (groups: ReadonlyArray<ReadonlyArray<{ readonly tokens: ReadonlyArray<number> }>>) => groups.map(([one]) => one!.tokens)
      assert.deepStrictEqual(textsOf(yield* there.sampler.sample(asked, greedy)), textsOf(yield* here.sampler.sample(asked, greedy)))
    })))

  it.live("has gradients of weighted sums: of either sign, and as many times as large as the weights say", () =>
    Effect.scoped(Effect.gen(function*() {
      const alone = yield* alive(policy())
      const ones = sequences.map(({ tokens }) => tokens.map(() => 1))
      const [first, second] = [yield* norm(alone, [sequences[0]!], [ones[0]!]), yield* norm(alone, [sequences[1]!], [ones[1]!])]
      const close = (value: number, expected: number) => assert.approximately(value, expected, 0.01 * expected)
      close(yield* norm(alone, [sequences[0]!], [ones[0]!.map(() => -3)]), 3 * first)
      // gradients of two questions add up: a + b and a - b make 2 (a^2 + b^2)
      const [plus, minus] = [yield* norm(alone, sequences, ones), yield* norm(alone, sequences, [ones[0]!, ones[1]!.map(() => -1)])]
      close(plus ** 2 + minus ** 2, 2 * (first ** 2 + second ** 2))
    })))

  it.live("learns what it is taught, saves, is killed, and goes on where it was; samples are those of its weights", () =>
    Effect.gen(function*() {
      const teach = (policy: Alive, steps: number) =>
        Effect.gen(function*() {
          for (let i = 0; i < steps; i++) {
            yield* policy.trainer.backward(sequences, sequences.map(({ tokens }) => tokens.map(() => 1 / tokens.length)))
            yield* policy.trainer.step(adamW)
          }
          return yield* policy.trainer.logprobs(sequences, "current")
        })
      const near = (a: Tokens, b: Tokens) => a.flat().forEach((value, t) => assert.approximately(value, b.flat()[t]!, 1e-3))
      const file = join(root, "state")
      const [before, after] = yield* Effect.scoped(Effect.gen(function*() {
        const one = yield* alive(policy())
        const before = yield* one.trainer.logprobs(sequences, "current")
        const middle = yield* teach(one, 3)
        assert.isAbove(sumOf(middle), sumOf(before) + 1)
        yield* one.subject.save(file, "training")
        near(yield* one.trainer.logprobs(sequences, "reference"), before)
        return [before, yield* teach(one, 2)]
      }))
      yield* Effect.promise(async () => {
        await server.stop()
        server = await server.again()
      })
      yield* Effect.scoped(Effect.gen(function*() {
        const other = yield* alive(policy())
        yield* other.subject.load(file)
        near(yield* teach(other, 2), after!)
        const questions = sequences.map(({ question }, i) => ({ ...question, key: Random.key(i) }))
        const groups = yield* other.sampler.sample(questions, drawn)
        const said = groups.flatMap((group, i) => group.map(({ logprobs, tokens }) => ({ question: sequences[i]!.question, tokens, logprobs })))
        near(said.map(({ logprobs }) => logprobs), yield* other.trainer.logprobs(said, "current"))
        // the same draws; the server batches what happens to wait together, so that sums are added in another order
        const again = yield* other.sampler.sample(questions, drawn)
        assert.deepStrictEqual(again.flat().map(({ tokens }) => tokens), groups.flat().map(({ tokens }) => tokens))
        near(again.flat().map(({ logprobs }) => logprobs), groups.flat().map(({ logprobs }) => logprobs))
        yield* other.subject.load("initial")
        near(yield* other.trainer.logprobs(sequences, "current"), before!)
      }))
    }))
})

describe.skipIf(!has("hatchery"))("hatchery-core 0.3, scripted", () => {
  let server: Running
  beforeAll(async () => void (server = await hatchery()))
  afterAll(() => server?.stop())

  it.live("is spoken to in JSON: it samples, and is refused as a trainer, for it knows no forward pass", () =>
    Effect.scoped(Effect.gen(function*() {
      yield* Effect.acquireRelease(Effect.sync(() => setEnvironment({ HATCHERY_KEY: "tml-dev" })), (restore) => Effect.sync(restore))
      const policy = Policy.tinker({ url: server.url, model: "scripted", folder: "assay:tiny-vl", keyVariable: "HATCHERY_KEY", lora: { rank: 8 }, patienceSeconds: 10 })
      assert.deepInclude(yield* policy.probe!([], 10), { "server.wire": "json", "server.trains": 0, "server.images": 0, "server.seed": 1 })
      const { sampler, trainer } = yield* alive(policy)
      const asked = [{ ...question("What?"), key: Random.key(0) }]
      const [group] = yield* sampler.sample(asked, { ...drawn, n: 1 })
      assert.isAbove(group![0]!.tokens.length, 0)
      assert.match((yield* Effect.flip(sampler.sample(asked, drawn))).message, /sent 1 answers to asample where 2 were asked for/)
      const error = yield* Effect.flip(trainer.backward(sequences, sequences.map(({ tokens }) => tokens.map(() => 1))))
      assert.match(error.message, /cannot be trained by losses of ours: it could not do forward: ValueError: unknown op/)
    })))

  it.live("wants its key, and is told so", () =>
    Effect.gen(function*() {
      const policy = Policy.tinker({ url: server.url, model: "scripted", folder: "assay:tiny-vl", lora: { rank: 4 }, patienceSeconds: 1 })
      assert.match((yield* Effect.flip(policy.probe!([], 1))).message, /answered 401 .*Name the variable that holds its key as keyVariable\.$/)
    }))
})
