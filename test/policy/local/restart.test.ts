import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Random from "../../../src/pipeline/Random.ts"
import type { Engine } from "../../../src/policy/local/thread/protocol.ts"
import type { Question } from "../../../src/model/message.ts"
import type { Sequence } from "../../../src/policy/trainer.ts"
import * as Tiny from "./tiny.ts"

const { path, remove } = Tiny.temporaryFolder()
const lively = join(path, "lively.safetensors")
const at = (name: string) => join(path, `${name}.safetensors`)

let one: Engine
let two: Engine
let questions: ReadonlyArray<Question>
let answers: ReadonlyArray<Sequence>

beforeAll(async () => {
  one = await Tiny.engine(1)
  two = await Tiny.engine(2)
  questions = await Tiny.questions(path)
  answers = await Tiny.answers(one, questions)
  await Tiny.writeLively(one, answers, lively)
  await one.load(lively)
  await two.load(lively)
})
afterAll(remove)

/** Trains a little, and looks back to where the last loading was if asked to. */
const train = async (engine: Engine, steps: number, lookBack = false) => {
  for (let i = 0; i < steps; i++) {
    if (lookBack) await engine.logprobs(answers, "reference")
    await engine.backward(answers, Tiny.anyWeights(answers))
    await engine.step(Tiny.adamW())
  }
}
const bytes = async (engine: Engine, name: string, what: "weights" | "training") => {
  await engine.save(at(name), what)
  return readFileSync(at(name))
}
const same = (a: Buffer, b: Buffer, message: string) => assert.isTrue(a.equals(b), message)

describe("the number of threads", () => {
  it("changes no bit of samples, log-probabilities, gradients and steps", async () => {
    for (const engine of [one, two]) await engine.load(lively)
    const asked = [...questions, Tiny.wordsOnly].map((question, i) => ({ ...question, key: Random.key(i) }))
    const options = { n: 8, temperature: 1, topP: 1, topK: 0, maxTokens: 24 }
    const groups = await one.sample(asked, options)
    assert.deepStrictEqual(await two.sample(asked, options), groups)
    const sequences = groups.flatMap((group, i) => group.map(({ tokens }) => ({ question: asked[i]!, tokens })))
    assert.deepStrictEqual(await two.logprobs(sequences, "current"), await one.logprobs(sequences, "current"))
    for (const engine of [one, two]) await train(engine, 2)
    same(await bytes(one, "one", "training"), await bytes(two, "two", "training"), "training state")
  })
})

describe("a checkpoint of training", () => {
  for (const lookBack of [false, true]) {
    it(`goes on as if nothing had happened${lookBack ? ", with a reference to look back to" : ""}`, async () => {
      for (const engine of [one, two]) await engine.load("initial")
      await one.load(lively)
      await train(one, 2, lookBack)
      await one.save(at("stopped"), "training")
      await two.load(at("stopped"))
      for (const engine of [one, two]) await train(engine, 1, lookBack)
      if (lookBack) {
        const reference = await one.logprobs(answers, "reference")
        assert.deepStrictEqual(await two.logprobs(answers, "reference"), reference)
        assert.notDeepEqual(await one.logprobs(answers, "current"), reference)
      }
      same(await bytes(one, "whole", "training"), await bytes(two, "resumed", "training"), "state after the next step")
    })
  }
})

describe("a reference that was moved along", () => {
  it("is the policy of that time, also after a restart", async () => {
    await one.load(lively)
    await train(one, 1)
    await one.syncReference()
    const then = await one.logprobs(answers, "current")
    await train(one, 1)
    await one.save(at("moved"), "training")
    await two.load(at("moved"))
    for (const engine of [one, two]) assert.deepStrictEqual(await engine.logprobs(answers, "reference"), then)
    assert.notDeepEqual(await two.logprobs(answers, "current"), then)
  })
})

describe("weights", () => {
  it("start a new training when loaded: no moments, no steps, a new reference", async () => {
    await one.load(lively)
    await train(one, 2)
    await one.save(at("weights"), "weights")
    await two.load(at("weights"))
    await train(two, 1)
    await one.load(at("weights"))
    assert.deepStrictEqual(await one.logprobs(answers, "reference"), await one.logprobs(answers, "current"))
    await one.load(at("weights"))
    await train(one, 1)
    same(await bytes(one, "reset", "training"), await bytes(two, "fresh", "training"), "first step from loaded weights")
    await one.load(lively)
    await train(one, 3)
    assert.isFalse((await bytes(one, "unbroken", "training")).equals(readFileSync(at("reset"))))
  })

  it("are those of the seed after loading the initial state", async () => {
    await one.load("initial")
    const other = await Tiny.engine(1)
    same(await bytes(one, "initial", "training"), await bytes(other, "seed 0", "training"), "seed 0")
    const seeded = await Tiny.engine(1, 1)
    assert.isFalse((await bytes(seeded, "seed 1", "training")).equals(readFileSync(at("initial"))))
  })

  it("that are missing or unfit leave a message that names the file", async () => {
    const reason = await one.load(at("nowhere")).then(() => "", (error: Error) => error.message)
    assert.include(reason, "nowhere.safetensors")
  })
})
