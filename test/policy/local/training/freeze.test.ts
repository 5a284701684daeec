import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { cpSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Engine from "../../../../src/policy/local/thread/engine.ts"
import type { Engine as LocalEngine } from "../../../../src/policy/local/thread/protocol.ts"
import { writeFolder } from "../../../../src/model/export.ts"
import { scoring, training } from "../../../../src/policy/local/graphs/train.ts"
import { isVision } from "../../../../src/model/Parameters.ts"
import { type Partition, partition } from "../../../../src/policy/local/training/partition.ts"
import * as Safetensors from "../../../../src/model/Safetensors.ts"
import type { Question } from "../../../../src/model/message.ts"
import type { Sequence } from "../../../../src/policy/trainer.ts"
import * as Tiny from "../tiny.ts"

const { path, remove } = Tiny.temporaryFolder()
const base = join(path, "model")
const at = (name: string) => join(path, `${name}.safetensors`)

let whole: LocalEngine
let frozen: LocalEngine
let questions: ReadonlyArray<Question>
let answers: ReadonlyArray<Sequence>

beforeAll(async () => {
  const teacher = await Tiny.engine(1)
  questions = await Tiny.questions(path)
  answers = await Tiny.answers(teacher, questions)
  cpSync(Tiny.folder, base, { recursive: true })
  await Tiny.writeLively(teacher, answers, join(base, "model.safetensors"))
  const options = { folder: base, weights: "folder", threads: 1 } as const
  whole = await Engine.make(options)
  frozen = await Engine.make({ ...options, freezeVision: true })
})
afterAll(remove)

const read = (file: string, prefix: string) =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const opened = yield* Safetensors.open(file)
    const names = [...opened.tensors.keys()].filter((name) => name.startsWith(prefix))
    const data = yield* Effect.forEach(names, (name) => opened.readFloats(name))
    return new Map(names.map((name, i) => [name.slice(prefix.length), data[i]!]))
  })))
const norm = (numbers: Float32Array): number => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0))
const same = (a: Float32Array, b: Float32Array, name: string): void =>
  assert.isAtMost(norm(a.map((x, i) => x - b[i]!)), 1e-5 * norm(b) + 1e-7, name)

const gradientOf = async (engine: LocalEngine, name: string, sequences = answers) => {
  await engine.load("initial")
  await engine.backward(sequences, Tiny.anyWeights(sequences))
  const still = { learningRate: 0, weightDecay: 0, beta1: 0, maxGradientNorm: Infinity }
  await engine.step(Tiny.adamW(still))
  await engine.save(at(name), "training")
  return read(at(name), "first.")
}

describe("a frozen vision tower", () => {
  it("has no part in files, and leaves the decoder its gradient", async () => {
    const all = await gradientOf(whole, "all")
    const rest = await gradientOf(frozen, "rest")
    assert.sameMembers([...rest.keys()], [...all.keys()].filter((name) => !name.startsWith("visual.")))
    for (const [name, data] of rest) same(data, all.get(name)!, name)
    assert.isTrue((await read(at("rest"), "visual.")).size === 0)
  })

  it("sees, and stays as it was while the decoder learns", async () => {
    await frozen.load("initial")
    const before = await frozen.logprobs(answers, "current")
    assert.deepStrictEqual(before, await whole.logprobs(answers, "current"))
    await frozen.backward(answers, Tiny.anyWeights(answers))
    await frozen.step(Tiny.adamW())
    const after = await frozen.logprobs(answers, "current")
    assert.notDeepEqual(after, before)
    assert.deepStrictEqual(await frozen.logprobs(answers, "reference"), before)
    await frozen.save(at("learnt"), "weights")
    await Effect.runPromise(writeFolder({ weights: at("learnt"), folder: base }, join(path, "learnt")))
    const exported = join(path, "learnt", "model.safetensors")
    const tower = await read(exported, "visual.")
    for (const [name, data] of await read(join(base, "model.safetensors"), "visual.")) {
      assert.deepStrictEqual(tower.get(name), data, name)
    }
    await whole.load(exported)
    assert.deepStrictEqual(await whole.logprobs(answers, "current"), after)
  })

  it("goes on from a checkpoint as if nothing had happened", async () => {
    const step = async () => {
      await frozen.backward(answers, Tiny.anyWeights(answers))
      await frozen.step(Tiny.adamW())
    }
    await frozen.load("initial")
    await step()
    await frozen.save(at("stopped"), "training")
    await step()
    await frozen.save(at("unbroken"), "training")
    await frozen.load("initial")
    await frozen.load(at("stopped"))
    await step()
    await frozen.save(at("resumed"), "training")
    assert.isTrue(readFileSync(at("resumed")).equals(readFileSync(at("unbroken"))))
  })

  it("costs its forward pass only: the reverse is that of a prompt without pictures", async () => {
    const model = await Tiny.architecture()
    const reverse = (parts: Partition, images: boolean) => {
      const used = (specs: Partition["specs"]) => specs.filter((spec) => images || !isVision(spec))
      const set = { ...parts, specs: used(parts.specs) }
      const trained = used(parts.trained.specs)
      const reads = { images, within: false }
      return training(model, set, trained, reads).nodes.length - scoring(model, set, reads).nodes.length
    }
    const apart = partition(model, { freezeVision: true, lora: null })
    const together = partition(model, { freezeVision: false, lora: null })
    // The embeddings of text are masked where there are pictures: one node each way.
    assert.isAtMost(reverse(apart, true), reverse(apart, false) + 4)
    assert.isAbove(reverse(together, true), reverse(apart, true) + 100)
    const lora = partition(model, { freezeVision: false, lora: { rank: 2, alpha: 2, targets: ["q_proj"] } })
    assert.isBelow(reverse(lora, true), reverse(apart, true))
  })
})

describe("the size of a micro-batch", () => {
  it("changes gradients and log-probabilities by rounding only", async () => {
    const sequences = questions.flatMap((question, q) =>
      Array.from({ length: 3 }, (_, i) => ({ question, tokens: [7 * q + i, ...answers[i]!.tokens] }))
    )
    const small = await Engine.make({ folder: base, weights: "folder", threads: 1, microBatch: 3 })
    const [one, other] = [await gradientOf(whole, "one", sequences), await gradientOf(small, "other", sequences)]
    for (const [name, data] of one) same(other.get(name)!, data, name)
    const [a, b] = [await whole.logprobs(sequences, "current"), await small.logprobs(sequences, "current")]
    a.flat().forEach((x, i) => assert.closeTo(x, b.flat()[i]!, 1e-5))
  })
})
