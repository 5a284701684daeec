import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { join } from "node:path"
import * as Random from "../../../src/pipeline/Random.ts"
import type { Engine } from "../../../src/policy/local/thread/protocol.ts"
import type { Completion, SampleOptions } from "../../../src/policy/sampler.ts"
import type { Question } from "../../../src/model/message.ts"
import type { Sequence } from "../../../src/policy/trainer.ts"
import * as Tiny from "./tiny.ts"

const { path, remove } = Tiny.temporaryFolder()
const lively = join(path, "lively.safetensors")
const at = (name: string) => join(path, `${name}.safetensors`)

let one: Engine
let questions: ReadonlyArray<Question>
let answers: ReadonlyArray<Sequence>

beforeAll(async () => {
  one = await Tiny.engine(1)
  questions = await Tiny.questions(path)
  answers = await Tiny.answers(one, questions)
  await Tiny.writeLively(one, answers, lively)
  await one.load(lively)
})
afterAll(remove)

const free: SampleOptions = { n: 4, temperature: 1, topP: 1, topK: 0, maxTokens: 24 }
const keyed = (asked: ReadonlyArray<Question>) =>
  asked.map((question, i) => ({ ...question, key: Random.fold(Random.key(1), i) }))
const sequencesOf = (asked: ReadonlyArray<Question>, groups: ReadonlyArray<ReadonlyArray<Completion>>) =>
  groups.flatMap((group, i) => group.map(({ tokens }): Sequence => ({ question: asked[i]!, tokens })))

/** The largest difference between two lists of lists of like shape. */
const gap = (a: ReadonlyArray<ReadonlyArray<number>>, b: ReadonlyArray<ReadonlyArray<number>>): number => {
  assert.deepStrictEqual(a.map(({ length }) => length), b.map(({ length }) => length))
  return a.flat().reduce((most, x, i) => Math.max(most, Math.abs(x - b.flat()[i]!)), 0)
}

describe("sampling", () => {
  const ways = {
    "at temperature 1": free,
    "greedily": { ...free, n: 1, temperature: 0 },
    "hot, with top-p": { ...free, temperature: 1.5, topP: 0.9 },
    "cold, with top-k": { ...free, temperature: 0.7, topK: 5 }
  }
  for (const [way, options] of Object.entries(ways)) {
    it(`${way} records the log-probabilities that the whole forward pass gives`, async () => {
      const asked = [...questions, Tiny.wordsOnly]
      const groups = await one.sample(keyed(asked), options)
      const scored = await one.logprobs(sequencesOf(asked, groups), "current")
      assert.isBelow(gap(groups.flat().map(({ logprobs }) => logprobs), scored), 1e-4)
    })
  }

  it("ends some completions early and cuts others off, and says which", async () => {
    const [end] = await one.encodeAnswer("")
    const sample = async (maxTokens: number) => (await one.sample(keyed(questions), { ...free, n: 8, maxTokens })).flat()
    const lengths = (await sample(free.maxTokens)).map(({ tokens }) => tokens.length)
    assert.isAbove(new Set(lengths).size, 4)
    // the same draws again, with room for the shorter ones
    const limit = Math.floor((Math.min(...lengths) + Math.max(...lengths)) / 2)
    const all = await sample(limit)
    for (const { finishReason, text, tokens } of all) {
      assert.strictEqual(finishReason, tokens.at(-1) === end ? "stop" : "length")
      assert.strictEqual(tokens.indexOf(end!), finishReason === "stop" ? tokens.length - 1 : -1)
      assert.isTrue(finishReason === "stop" || tokens.length === limit)
      assert.notInclude(text, "<|im_end|>")
    }
    assert.sameMembers([...new Set(all.map(({ finishReason }) => finishReason))], ["stop", "length"])
  })

  it("draws the same whatever is sampled beside it", async () => {
    const asked = keyed(questions)
    const together = await one.sample(asked, free)
    const tokens = (groups: ReadonlyArray<ReadonlyArray<Completion>>) =>
      groups.map((group) => group.map((completion) => completion.tokens))
    for (const [i, question] of asked.entries()) {
      assert.deepStrictEqual(tokens(await one.sample([question], free)), tokens([together[i]!]))
    }
    const backwards = await one.sample([...asked].reverse(), { ...free, n: 1 })
    assert.deepStrictEqual(tokens(backwards), tokens(together.map((group) => group.slice(0, 1))).reverse())
    // 66 rows do not fit into one batch of 64.
    const wide = await one.sample(asked, { ...free, n: 22 })
    assert.deepStrictEqual(tokens(wide.map((group) => group.slice(0, 4))), tokens(together))
  })

  it("takes the likeliest token each time at temperature 0 or top-k 1, whatever the key", async () => {
    const greedy = await one.sample(keyed(questions), { ...free, n: 2, temperature: 0 })
    const first = await one.sample(keyed(questions), { ...free, n: 2, topK: 1 })
    assert.deepStrictEqual(first, greedy)
    for (const [a, b] of greedy) assert.deepStrictEqual(a, b)
  })

  it("depends on the key", async () => {
    const [question] = questions
    const [a, b] = await one.sample([0, 1].map((seed) => ({ ...question!, key: Random.key(seed) })), free)
    assert.notDeepEqual(a, b)
  })

  it("sees the picture", async () => {
    const [square, , wide] = questions
    const blind = { ...square!, images: wide!.images }
    const { tokens } = answers[0]!
    const [seen, other] = await one.logprobs([{ question: square!, tokens }, { question: blind, tokens }], "current")
    assert.isAbove(gap([seen!], [other!]), 1e-3)
  })
})

describe("log-probabilities", () => {
  it("do not depend on what else is scored, shared prompts included", async () => {
    const groups = await one.sample(keyed(questions), free)
    const sequences = sequencesOf(questions, groups).slice(0, 10)
    const together = await one.logprobs(sequences, "current")
    const apart = await Promise.all(sequences.map(async (sequence) => (await one.logprobs([sequence], "current"))[0]!))
    assert.isBelow(gap(together, apart), 1e-5)
  })

  it("are those of a distribution: over all tokens their probabilities add up to 1", async () => {
    const { vocabulary } = await Tiny.architecture()
    const all = Array.from({ length: vocabulary }, (_, token) => ({ question: Tiny.wordsOnly, tokens: [token] }))
    const scored = await one.logprobs(all, "current")
    assert.closeTo(scored.reduce((sum, [logprob]) => sum + Math.exp(logprob!), 0), 1, 1e-4)
  })

  it("at a temperature are those of the distribution that is drawn from there", async () => {
    const { vocabulary } = await Tiny.architecture()
    const all = Array.from({ length: vocabulary }, (_, token) => ({ question: Tiny.wordsOnly, tokens: [token] }))
    const plain = (await one.logprobs(all, "current")).flat()
    for (const temperature of [0.5, 2]) {
      const found = (await one.logprobs(all.map((sequence) => ({ ...sequence, temperature })), "current")).flat()
      const total = Math.log(plain.reduce((sum, logprob) => sum + Math.exp(logprob / temperature), 0))
      found.forEach((logprob, token) => assert.closeTo(logprob, plain[token]! / temperature - total, 1e-4))
    }
    const error = await one.logprobs([{ ...all[0]!, temperature: 2 }, all[1]!], "current").catch(String)
    assert.include(error, "sequences of one call were drawn at several temperatures")
  })

  it("of an empty completion are none, whatever is scored beside it, and it teaches nothing", async () => {
    const [a, b] = answers
    const empty = { question: b!.question, tokens: [] }
    const [first, last] = await one.logprobs([a!, b!], "current")
    assert.deepStrictEqual(await one.logprobs([a!, empty, b!], "current"), [first!, [], last!])
    assert.deepStrictEqual(await one.logprobs([empty], "current"), [[]])
    await one.load(lively)
    assert.deepStrictEqual(await one.backward([empty, empty], [[], []]), [[], []])
    assert.strictEqual((await one.step(Tiny.adamW({ learningRate: 0 }))).gradientNorm, 0)
  })

  it("of nothing are nothing", async () => {
    assert.deepStrictEqual(await one.logprobs([], "current"), [])
    assert.deepStrictEqual(await one.backward([], []), [])
    assert.deepStrictEqual(await one.sample([], free), [])
  })
})

/** sum(weights * logprob) of the answers, with other numbers in the model. */
const objective = async (flat: Float32Array, layout: Awaited<ReturnType<typeof Tiny.readAll>>["at"], said = answers) => {
  await Tiny.writeAll(at("moved"), flat, layout)
  await one.load(at("moved"))
  const weights = Tiny.anyWeights(answers).flat()
  return (await one.logprobs(said, "current")).flat().reduce((sum, logprob, i) => sum + logprob * weights[i]!, 0)
}

describe("the gradient", () => {
  type Call = readonly [sequences: ReadonlyArray<Sequence>, weights: ReadonlyArray<ReadonlyArray<number>>]
  const gradientOf = async (...calls: ReadonlyArray<Call>) => {
    await one.load(lively)
    for (const [sequences, weights] of calls) await one.backward(sequences, weights)
    return Tiny.takeGradient(one, path)
  }
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)

  it("is the slope of sum(weights * logprob), along any direction and for every part of the model", async () => {
    const { at: layout, flat: gradient, gradientNorm } = await gradientOf([answers, Tiny.anyWeights(answers)])
    assert.closeTo(Math.sqrt(dot(gradient, gradient)) / gradientNorm, 1, 1e-6)
    const { flat } = await Tiny.readAll(lively)
    const slope = async (direction: Float32Array, by: number) => {
      const moved = (sign: number) => objective(flat.map((x, i) => x + sign * by * direction[i]!), layout)
      return (await moved(1) - await moved(-1)) / (2 * by)
    }
    const next = Random.stream(Random.key(5))
    const random = flat.map(() => (next() < 0.5 ? -1 : 1))
    assert.closeTo(await slope(random, 1e-4) / dot(gradient, random), 1, 2e-3)
    const vision = [/^visual\.(blocks|patch)/, /^visual\.merger/]
    for (const part of [...vision, /attn.*weight/, /^model.*mlp/, /embed_tokens/, /norm|ln_q|bias/]) {
      const steepest = new Float32Array(flat.length)
      for (const spec of layout.specs.filter(({ name }) => part.test(name))) {
        const start = layout.offsets.get(spec.name)!
        steepest.set(gradient.subarray(start, start + spec.shape.reduce((a, b) => a * b, 1)), start)
      }
      const norm = Math.sqrt(dot(steepest, steepest))
      const unit = steepest.map((x) => x / norm)
      // of two step sizes the error of a bent path falls away (Richardson)
      const [far, near] = [await slope(unit, 0.006 / norm), await slope(unit, 0.003 / norm)]
      assert.closeTo((4 * near - far) / 3 / norm, 1, 2e-3, String(part))
    }
  })

  it("at a temperature is the slope of the log-probabilities there", async () => {
    const warm = answers.map((answer) => ({ ...answer, temperature: 0.6 }))
    const { at: layout, flat: gradient } = await gradientOf([warm, Tiny.anyWeights(answers)])
    const { flat } = await Tiny.readAll(lively)
    const next = Random.stream(Random.key(5))
    const random = flat.map(() => (next() < 0.5 ? -1 : 1))
    const [ahead, behind] = [await objective(flat.map((x, i) => x + 1e-4 * random[i]!), layout, warm), await objective(flat.map((x, i) => x - 1e-4 * random[i]!), layout, warm)]
    assert.closeTo((ahead - behind) / 2e-4 / dot(gradient, random), 1, 1e-2)
  })

  it("adds up over calls and batches, however the sequences are spread over them", async () => {
    // 42 sequences are two micro-batches; groups of 14, 14 and 3 need fillers.
    const sizes = [14, 14, 3]
    const groups = questions.map((question, q) =>
      Array.from({ length: sizes[q]! }, (_, i) => ({ question, tokens: [100 * q + i, ...answers[i % 3]!.tokens] }))
    )
    const weights = groups.map(Tiny.anyWeights)
    const together = await gradientOf([groups.flat(), weights.flat()])
    const apart = await gradientOf(...groups.map((group, q) => [group, weights[q]!] as const).reverse())
    const distance = Math.sqrt(together.flat.reduce((sum, x, i) => sum + (x - apart.flat[i]!) ** 2, 0))
    assert.isBelow(distance / together.gradientNorm, 1e-5)
  })

  it("is the only thing that a step clears: the next one starts from 0", async () => {
    await gradientOf([answers, Tiny.anyWeights(answers)])
    assert.strictEqual((await one.step(Tiny.adamW({ learningRate: 0 }))).gradientNorm, 0)
  })

  it("of which a call left a part, since it failed halfway, is dropped instead of followed", async () => {
    const failing = () => {
      // pictures go first, and the second pass looks up a token that there is not
      const sequences = [answers[0]!, { question: Tiny.wordsOnly, tokens: [5, 1e6] }]
      return one.backward(sequences, Tiny.anyWeights(sequences)).then(() => "no error", String)
    }
    const step = () => one.step(Tiny.adamW({ learningRate: 0 })).then(({ gradientNorm }) => gradientNorm, String)
    await one.load(lively)
    assert.match(await failing(), /out of data bounds/)
    assert.match(String(await step()), /failed halfway/)
    assert.strictEqual(await step(), 0)
    await failing()
    await one.load(lively)
    assert.strictEqual(await step(), 0)
  })

  it("is forgotten when other weights are loaded", async () => {
    await one.backward(answers, Tiny.anyWeights(answers))
    await one.load(lively)
    assert.strictEqual((await one.step(Tiny.adamW({ learningRate: 0 }))).gradientNorm, 0)
  })
})

describe("a step", () => {
  it("scales a gradient that is too long down to the largest norm", async () => {
    await one.load(lively)
    await one.backward(answers, Tiny.anyWeights(answers))
    const { gradientNorm } = await one.step(Tiny.adamW({ learningRate: 0, beta1: 0, maxGradientNorm: 0.5 }))
    assert.isAbove(gradientNorm, 0.5)
    await one.save(at("clipped"), "training")
    const { flat } = await Tiny.readAll(at("clipped"), "first.")
    assert.closeTo(Math.sqrt(flat.reduce((sum, x) => sum + x * x, 0)), 0.5, 1e-5)
  })

  it("decays matrices and leaves norms and biases alone", async () => {
    await one.load(lively)
    const before = await Tiny.readAll(lively)
    await one.step(Tiny.adamW({ learningRate: 0.1, weightDecay: 0.5 }))
    await one.save(at("decayed"), "weights")
    const { flat } = await Tiny.readAll(at("decayed"))
    const share = (spec: (typeof before.at.specs)[number]) => {
      const start = before.at.offsets.get(spec.name)!
      return flat[start + 1]! / before.flat[start + 1]!
    }
    for (const spec of before.at.specs) {
      const start = before.at.offsets.get(spec.name)!
      if (/bias|norm|ln_q/.test(spec.name)) assert.strictEqual(flat[start + 1], before.flat[start + 1], spec.name)
      else assert.closeTo(share(spec), 0.95, 1e-5, spec.name)
    }
  })

  it("climbs the weighted sum of log-probabilities, whose two halves pull against each other", async () => {
    await one.load(lively)
    const weights = answers.map(({ tokens }, i) => tokens.map(() => (i === 0 ? -0.1 : 0.1)))
    const objective = (logprobs: ReadonlyArray<ReadonlyArray<number>>) =>
      logprobs.flatMap((tokens, i) => tokens.map((logprob, t) => weights[i]![t]! * logprob)).reduce((a, b) => a + b, 0)
    const before = await one.backward(answers, weights)
    await one.step(Tiny.adamW({ learningRate: 1e-5 }))
    assert.isAbove(objective(await one.logprobs(answers, "current")), objective(before))
  })
})
