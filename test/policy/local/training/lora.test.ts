import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Random from "../../../../src/pipeline/Random.ts"
import * as Engine from "../../../../src/policy/local/thread/engine.ts"
import type { Engine as LocalEngine } from "../../../../src/policy/local/thread/protocol.ts"
import { writeAdapter } from "../../../../src/model/export.ts"
import type { Lora } from "../../../../src/model/lora.ts"
import * as Parameters from "../../../../src/model/Parameters.ts"
import { partition } from "../../../../src/policy/local/training/partition.ts"
import * as Safetensors from "../../../../src/model/Safetensors.ts"
import type { Question } from "../../../../src/model/message.ts"
import type { Sequence } from "../../../../src/policy/trainer.ts"
import * as Tiny from "../tiny.ts"

const { path, remove } = Tiny.temporaryFolder()
const base = join(path, "model")
const at = (name: string) => join(path, `${name}.safetensors`)
const lora: Lora = { rank: 3, alpha: 6, targets: ["q_proj", "v_proj", "o_proj", "up_proj", "down_proj"] }

/** A policy with adapters beside the lively weights. */
const adapted = (threads = 1) => Engine.make({ folder: base, weights: "folder", threads, lora })

let plain: LocalEngine
let one: LocalEngine
let two: LocalEngine
let questions: ReadonlyArray<Question>
let answers: ReadonlyArray<Sequence>

beforeAll(async () => {
  const teacher = await Tiny.engine(1)
  questions = await Tiny.questions(path)
  answers = await Tiny.answers(teacher, questions)
  cpSync(Tiny.folder, base, { recursive: true })
  await Tiny.writeLively(teacher, answers, join(base, "model.safetensors"))
  plain = await Engine.make({ folder: base, weights: "folder", threads: 1 })
  one = await adapted(1)
  two = await adapted(2)
})
afterAll(remove)

const train = async (engine: LocalEngine, steps: number, lookBack = false) => {
  for (let i = 0; i < steps; i++) {
    if (lookBack) await engine.logprobs(answers, "reference")
    await engine.backward(answers, Tiny.anyWeights(answers))
    await engine.step(Tiny.adamW({ learningRate: 0.02 }))
  }
}
const bytes = async (engine: LocalEngine, name: string, what: "weights" | "training" = "training") => {
  await engine.save(at(name), what)
  return readFileSync(at(name))
}
const gap = (a: ReadonlyArray<ReadonlyArray<number>>, b: ReadonlyArray<ReadonlyArray<number>>): number =>
  a.flat().reduce((most, x, i) => Math.max(most, Math.abs(x - b.flat()[i]!)), 0)

describe("fresh adapters", () => {
  it("change nothing: log-probabilities are those of the base", async () => {
    await one.load("initial")
    assert.deepStrictEqual(await one.logprobs(answers, "current"), await plain.logprobs(answers, "current"))
  })

  it("are drawn as PEFT draws them: A within 1 / sqrt(inputs) of 0, B 0", async () => {
    await one.load("initial")
    await one.save(at("fresh"), "weights")
    const { tensors } = await readAdapters("fresh")
    for (const { data, name, shape } of tensors) {
      if (name.endsWith("lora_B.weight")) assert.isTrue(data.every((x) => x === 0), name)
      else {
        const bound = 1 / Math.sqrt(shape[1]!)
        const squares = data.reduce((sum, x) => sum + x * x, 0)
        assert.isTrue(data.every((x) => Math.abs(x) <= bound), name)
        assert.closeTo(Math.sqrt(squares / data.length) / bound, Math.sqrt(1 / 3), 0.05, name)
      }
    }
  })
})

/** The adapters in a file, with their layout. */
const readAdapters = async (name: string, prefix = "") => {
  const { trained } = partition(await Tiny.architecture(), { lora, freezeVision: false })
  const flat = new Float32Array(trained.size)
  const tensors = Parameters.tensorViews(flat, trained)
  await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const file = yield* Safetensors.open(at(name))
    for (const { data, name, shape } of tensors) yield* file.readInto(`${prefix}${name}`, data, shape)
  })))
  return { flat, tensors }
}

describe("trained adapters", () => {
  it("are sampled from with the log-probabilities that the trainer gives", async () => {
    await one.load("initial")
    await train(one, 4)
    const before = await plain.logprobs(answers, "current")
    assert.isAbove(gap(await one.logprobs(answers, "current"), before), 0.5)
    const asked = [...questions, Tiny.wordsOnly].map((question, i) => ({ ...question, key: Random.key(i) }))
    const groups = await one.sample(asked, { n: 4, temperature: 1, topP: 1, topK: 0, maxTokens: 24 })
    const sequences = groups.flatMap((group, i) => group.map(({ tokens }) => ({ question: asked[i]!, tokens })))
    const scored = await one.logprobs(sequences, "current")
    assert.isBelow(gap(groups.flat().map(({ logprobs }) => logprobs), scored), 1e-4)
  })

  it("have the slope of sum(weights * logprob) as gradient, along any direction and in A and B apart", async () => {
    await one.load("initial")
    await train(one, 2)
    await one.save(at("point"), "weights")
    const { flat, tensors } = await readAdapters("point")
    await one.backward(answers, Tiny.anyWeights(answers))
    const still = { learningRate: 0, weightDecay: 0, beta1: 0, maxGradientNorm: Infinity }
    await one.step(Tiny.adamW(still))
    await one.save(at("gradient"), "training")
    const gradient = (await readAdapters("gradient", "first.")).flat
    const objective = async (moved: Float32Array) => {
      flat.set(moved)
      await Effect.runPromise(Safetensors.write(at("moved"), tensors, { kind: "weights" }))
      await one.load(at("moved"))
      const weights = Tiny.anyWeights(answers).flat()
      return (await one.logprobs(answers, "current")).flat().reduce((sum, logprob, i) => sum + logprob * weights[i]!, 0)
    }
    const start = flat.slice()
    for (const part of [/lora_A/, /lora_B/, /q_proj/, /v_proj/, /o_proj/, /up_proj/, /down_proj/]) {
      const direction = new Float32Array(flat.length)
      for (const { data, name } of tensors.filter(({ name }) => part.test(name))) {
        const from = (data.byteOffset - flat.byteOffset) / 4
        direction.set(gradient.subarray(from, from + data.length), from)
        assert.isTrue(gradient.subarray(from, from + data.length).some((x) => x !== 0), name)
      }
      const norm = Math.sqrt(direction.reduce((sum, x) => sum + x * x, 0))
      const by = 0.01 / norm
      const moved = (sign: number) => objective(start.map((x, i) => x + (sign * by * direction[i]!) / norm))
      const slope = (await moved(1) - await moved(-1)) / (2 * by)
      assert.closeTo(slope / norm, 1, 2e-3, String(part))
    }
  })

  for (const lookBack of [false, true]) {
    it(`go on from a checkpoint as if nothing had happened${lookBack ? ", reference included" : ""}, on more threads`, async () => {
      for (const engine of [one, two]) await engine.load("initial")
      await train(one, 2, lookBack)
      await one.save(at("stopped"), "training")
      await train(two, 1)
      await two.load(at("stopped"))
      for (const engine of [one, two]) await train(engine, 1, lookBack)
      if (lookBack) {
        const reference = await one.logprobs(answers, "reference")
        assert.deepStrictEqual(await two.logprobs(answers, "reference"), reference)
        assert.deepStrictEqual(reference, await plain.logprobs(answers, "current"))
      }
      assert.isTrue((await bytes(one, "whole")).equals(await bytes(two, "resumed")))
    })
  }

  it("are all that files hold and that weights bring back", async () => {
    await one.load("initial")
    await train(one, 1)
    const file = await bytes(one, "weights", "weights")
    assert.isBelow(file.length, readFileSync(join(base, "model.safetensors")).length / 10)
    const then = await one.logprobs(answers, "current")
    await train(one, 1)
    await one.load(at("weights"))
    assert.deepStrictEqual(await one.logprobs(answers, "current"), then)
    const error = await one.load(join(base, "model.safetensors")).then(() => "", (error: Error) => error.message)
    assert.match(error, /model\.safetensors, tensor base_model\.model\.\S+: is not in the file\./)
  })

  it("are written as a folder for PEFT, and into the weights of a whole model folder", async () => {
    await one.load("initial")
    await train(one, 3)
    await one.write(join(path, "adapter"), "adapter")
    await one.write(join(path, "merged"), "model")
    assert.deepStrictEqual(readdirSync(join(path, "adapter")).sort(), ["adapter_config.json", "adapter_model.safetensors"])
    assert.deepStrictEqual(readdirSync(path).filter((name) => name.endsWith(".state")), [])
    await two.load(join(path, "adapter", "adapter_model.safetensors"))
    assert.deepStrictEqual(await two.logprobs(answers, "current"), await one.logprobs(answers, "current"))
    const merged = await Engine.make({ folder: join(path, "merged"), weights: "folder", threads: 1 })
    assert.isBelow(gap(await merged.logprobs(answers, "current"), await one.logprobs(answers, "current")), 1e-4)
    const config = JSON.parse(readFileSync(join(path, "adapter", "adapter_config.json"), "utf8"))
    assert.deepInclude(config, { peft_type: "LORA", r: 3, lora_alpha: 6, lora_dropout: 0, base_model_name_or_path: base })
  })

  it("are not to be found in the file of a policy without them", async () => {
    await plain.save(at("plain"), "weights")
    const refused = Effect.flip(writeAdapter({ weights: at("plain"), folder: base }, join(path, "none")))
    assert.include((await Effect.runPromise(refused)).message, "plain.safetensors: holds no adapters")
  })
})

describe("a folder that a trainer left", () => {
  const left = join(path, "left")
  beforeAll(() => void mkdirSync(left))

  it.each(["adapter", "model"] as const)("is taken as it is: %s", async (what) => {
    const engine = what === "adapter" ? one : plain
    await engine.load("initial")
    await train(engine, 2)
    const trained = await bytes(engine, "trained", "weights")
    await engine.write(join(left, what), what)
    await engine.load("initial")
    assert.notDeepEqual(await bytes(engine, "initial", "weights"), trained)
    await engine.read(join(left, what))
    assert.deepStrictEqual(await bytes(engine, "taken", "weights"), trained)
    // what is looked back to is what was taken
    assert.deepStrictEqual(await engine.logprobs(answers, "reference"), await engine.logprobs(answers, "current"))
    await engine.load("initial")
  })

  it("is refused where it holds something else", async () => {
    const reason = await plain.read(join(left, "adapter")).then(() => "", String)
    assert.match(reason, /model\.safetensors/)
  })

  it("is not written for an adapter on random weights, which no folder holds", async () => {
    const engine = await Engine.make({ folder: base, weights: 7, threads: 1, lora })
    assert.match(await engine.write(join(left, "random"), "adapter").then(() => "", String), /rests on random weights of seed 7/)
  })
})
