import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import * as Random from "../../src/pipeline/Random.ts"
import type { Sequence } from "../../src/policy/trainer.ts"
import { load as loadFolder } from "../../src/model/modelConfig.ts"
import type { Lora } from "../../src/model/lora.ts"
import { layout, parameterSpecs, tensorViews } from "../../src/model/Parameters.ts"
import { partition } from "../../src/policy/local/training/partition.ts"
import * as Safetensors from "../../src/model/Safetensors.ts"
import type { Case, Question } from "./cases.ts"

/** A case on disk: a model folder that transformers reads too, and what is asked of the model. */
export interface Prepared {
  readonly folder: string
  readonly questions: ReadonlyArray<Question>
  /** Every completion to score with its question; those of one question stand together. */
  readonly sequences: ReadonlyArray<Sequence>
  /** Random adapters, as the local policy loads them. */
  readonly adapters?: { readonly lora: Lora; readonly file: string }
}

/** Everything of a model folder but the weights: that of version 0.2's shipped model. */
const base = "test/peers/folder"

/** The end of an answer in its tokenizer. Ids below `texts` are neither images nor special. */
const end = 1531
const texts = 1500

/** Writes the model folder and the pictures of a case. */
export const prepare = async (one: Case, folder: string): Promise<Prepared> => {
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(base)) {
    copyFileSync(join(base, file), join(folder, file))
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(one.config, null, 2))
  await Effect.runPromise(writeWeights(one.name, folder))
  const adapters = one.lora && { lora: one.lora, file: join(folder, "adapters.safetensors") }
  if (adapters) await Effect.runPromise(writeAdapters(one.name, folder, adapters))
  const key = Random.fold(Random.key(1), one.name)
  const questions = await Promise.all(one.prompts.map(async ({ images, text }, p) => {
    const paths = images.map((_, i) => join(folder, `image-${p}-${i}.png`))
    await Promise.all(images.map((size, i) => paint(paths[i]!, size, Random.fold(key, "image", p, i))))
    const content = [...images.map(() => ({ type: "image" as const })), { type: "text" as const, text }]
    return { messages: [{ role: "user" as const, content }], images: paths }
  }))
  const sequences = one.prompts.flatMap(({ completions }, p) =>
    completions.map((length, c) => ({
      question: questions[p]!,
      tokens: answer(length, Random.fold(key, "tokens", p, c))
    }))
  )
  return { folder, questions, sequences, ...(adapters && { adapters }) }
}

/**
 * Weights that leave no part of the model without a say: matrices that keep the size of what they multiply, biases away
 * from 0 and norms away from 1 (fresh ones would hide a mistake in either).
 */
const writeWeights = Effect.fnUntraced(function*(name: string, folder: string) {
  const { model } = yield* loadFolder(folder)
  const at = layout(parameterSpecs(model.architecture))
  const flat = new Float32Array(at.size)
  const tensors = tensorViews(flat, at)
  for (const tensor of tensors) {
    const next = Random.stream(Random.fold(Random.key(3), name, tensor.name))
    const vector = tensor.shape.length === 1
    const mean = vector && tensor.name.endsWith("weight") ? 1 : 0
    const sd = vector ? 0.2 : 1.5 / Math.sqrt(tensor.data.length / tensor.shape[0]!)
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = mean + sd * Random.normalPair(next)[0]
  }
  yield* Safetensors.write(join(folder, "model.safetensors"), tensors, { format: "pt" })
})

/** Adapters that both say something: neither A nor B is as small as fresh ones are. */
const writeAdapters = Effect.fnUntraced(function*(name: string, folder: string, { file, lora }: NonNullable<Prepared["adapters"]>) {
  const { model } = yield* loadFolder(folder)
  const { trained } = partition(model.architecture, { lora, freezeVision: false })
  const tensors = tensorViews(new Float32Array(trained.size), trained)
  for (const tensor of tensors) {
    const next = Random.stream(Random.fold(Random.key(4), name, tensor.name))
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = Random.normalPair(next)[0] / Math.sqrt(tensor.shape[1]!)
  }
  yield* Safetensors.write(file, tensors, { kind: "weights" })
})

/** A picture with slopes, edges and noise. */
const paint = async (path: string, [width, height]: readonly [number, number], key: Random.Key): Promise<void> => {
  const next = Random.stream(key)
  const [left, top] = [next() * width / 2, next() * height / 2]
  const [slopeX, slopeY] = [next() * 200 / width, next() * 200 / height]
  const pixels = new Uint8Array(width * height * 3)
  for (let i = 0; i < pixels.length; i++) {
    const [x, y, channel] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
    const inside = x > left && x < left + width / 2 && y > top && y < top + height / 2
    const value = (channel === 0 ? x * slopeX : y * slopeY) + (inside ? 60 * channel : 20) + 30 * next()
    pixels[i] = Math.min(255, Math.round(value))
  }
  await sharp(pixels, { raw: { width, height, channels: 3 } }).png().toFile(path)
}

const answer = (length: number, key: Random.Key): ReadonlyArray<number> =>
  Array.from({ length }, (_, i) => (i === length - 1 ? end : Math.floor(Random.uniformAt(key, i) * texts)))
