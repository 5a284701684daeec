import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { renderPng } from "../../../src/vision/scenes/render.ts"
import { sceneOf } from "../../../src/data/drawn/shapes.ts"
import * as Engine from "../../../src/policy/local/thread/engine.ts"
import type { Engine as LocalEngine } from "../../../src/policy/local/thread/protocol.ts"
import { load as loadFolder } from "../../../src/model/modelConfig.ts"
import * as Parameters from "../../../src/model/Parameters.ts"
import * as Safetensors from "../../../src/model/Safetensors.ts"
import type { AdamW, Sequence } from "../../../src/policy/trainer.ts"
import type { Question } from "../../../src/model/message.ts"
import { messages } from "../../../src/task/ask.ts"
import { detection } from "../../../src/task/detection/detection.ts"
import * as templates from "../../../src/prompt/templates.ts"
import type { TemplateConfig } from "../../../src/task/template.ts"

const ask = (template: TemplateConfig, labels: ReadonlyArray<string>) =>
  messages(template, detection.fill(template.question ?? detection.wording, labels))

/** The shipped model's shape, with random weights. */
export const folder = "assets/tiny-vl"

export const temporaryFolder = () => {
  const path = mkdtempSync(join(tmpdir(), "assay-policy-"))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export const engine = (threads = 1, weights = 0) => Engine.make({ folder, weights, threads })

/** Three questions about two pictures of unlike size: their prompts differ in length and in what the windows hold. */
export const questions = async (path: string): Promise<ReadonlyArray<Question>> => {
  const picture = async (name: string, width: number, height: number) => {
    const file = join(path, name)
    writeFileSync(file, await renderPng(sceneOf({ split: "train", seed: 3, size: { width, height } }, 0)))
    return file
  }
  const square = await picture("square.png", 112, 112)
  const wide = await picture("wide.png", 140, 84)
  return [
    { messages: ask(templates.standard, ["red circle"]), images: [square] },
    { messages: ask(templates.enhanced, ["blue square", "green star", "red triangle"]), images: [wide] },
    { messages: ask(templates.standard, ["green star"]), images: [wide] }
  ]
}

/** A question without a picture. */
export const wordsOnly: Question = { messages: [{ role: "user", content: "What is a box?" }], images: [] }

export const adamW = (changes: Partial<AdamW> = {}): AdamW => ({
  learningRate: 3e-3,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0.1,
  maxGradientNorm: 1,
  ...changes
})

/** Answers of unlike length, the end token included, one a question; the last is the end token alone. */
export const answers = async (
  engine: LocalEngine,
  asked: ReadonlyArray<Question>
): Promise<ReadonlyArray<Sequence>> => {
  const texts = ["<think>I see red circle: 1.</think><answer>None</answer>", "None", ""]
  return Promise.all(texts.map(async (text, i) => ({ question: asked[i]!, tokens: await engine.encodeAnswer(text) })))
}

/** Weights that make no two tokens alike and both signs occur. */
export const anyWeights = (sequences: ReadonlyArray<Sequence>) =>
  sequences.map(({ tokens }, i) => tokens.map((_, t) => Math.cos(1 + 3 * i + 2 * t)))

/** Takes steps towards the answers. */
const teach = async (engine: LocalEngine, sequences: ReadonlyArray<Sequence>, steps: number): Promise<void> => {
  const weights = sequences.map(({ tokens }) => tokens.map(() => 1 / tokens.length))
  for (let i = 0; i < steps; i++) {
    await engine.backward(sequences, weights)
    await engine.step(adamW())
  }
}

/**
 * Writes the weights that the tests of the engine start from: a few steps of training, after which completions end
 * early and late, and a vision tower made loud enough to have a say.
 */
export const writeLively = async (
  engine: LocalEngine,
  sequences: ReadonlyArray<Sequence>,
  file: string
): Promise<void> => {
  await teach(engine, sequences.slice(0, 2), 6)
  await engine.save(file, "weights")
  const { at, flat } = await readAll(file)
  for (const { data, name, shape } of Parameters.tensorViews(flat, at)) {
    if (name.startsWith("visual.") && shape.length > 1) data.forEach((x, i) => (data[i] = 4 * x))
  }
  await writeAll(file, flat, at)
}

/** The sizes of the model. */
export const architecture = async () => (await Effect.runPromise(loadFolder(folder))).model.architecture

/** All numbers of the model in a file, in one array, by a prefix of their names. */
export const readAll = async (file: string, prefix = "") => {
  const at = Parameters.layout(Parameters.parameterSpecs(await architecture()))
  const flat = new Float32Array(at.size)
  const read = Effect.gen(function*() {
    const opened = yield* Safetensors.open(file)
    for (const { data, name } of Parameters.tensorViews(flat, at)) yield* opened.readInto(`${prefix}${name}`, data)
  })
  await Effect.runPromise(Effect.scoped(read))
  return { flat, at }
}

/** Writes such an array as a file of weights. */
export const writeAll = (file: string, flat: Float32Array, at: Parameters.Layout) =>
  Effect.runPromise(Safetensors.write(file, Parameters.tensorViews(flat, at), { kind: "weights" }))

/**
 * The gradient accumulated by an engine: with beta1 = 0, it is what the optimiser then remembers as its first moment.
 * The weights stay as they are.
 */
export const takeGradient = async (engine: LocalEngine, path: string) => {
  const file = join(path, "gradient.safetensors")
  const still = { learningRate: 0, weightDecay: 0 }
  const { gradientNorm } = await engine.step(adamW({ ...still, beta1: 0, maxGradientNorm: Infinity }))
  await engine.save(file, "training")
  return { gradientNorm, ...await readAll(file, "first.") }
}
