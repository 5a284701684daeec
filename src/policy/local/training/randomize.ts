/** Random weights to start from. */
import * as Random from "../../../pipeline/Random.ts"
import type { Architecture } from "../../../model/architecture.ts"
import { embeddingTable, type Layout, tensorViews } from "../../../model/Parameters.ts"

/** Integers that are one token each, by token id: their embeddings start out so that near numbers are near. */
export type NumberTokens = ReadonlyMap<number, number>

/** Spread of the token embeddings: wide enough that the first layer's output does not drown which token it came from. */
const embeddingSd = 0.05

/**
 * Random weights to train from, one stream a tensor, so that they depend on nothing but key, name and shape.
 *
 * Norms start at 1, biases at 0, matrices normal with sd 1 / sqrt(inputs) (LeCun et al., "Efficient BackProp"), and
 * 1 / sqrt(2 layers) of that where they write into the residual stream (Radford et al., GPT-2). The embedding of an integer
 * gets sines and cosines of it added in half of its width: with tied output embeddings, a box that is off by a pixel is
 * then nearly right from the first step on.
 */
export const randomize = (
  flat: Float32Array,
  at: Layout,
  model: Architecture,
  numbers: NumberTokens,
  key: Random.Key
): void => {
  for (const { data, name, shape } of tensorViews(flat, at)) {
    if (shape.length === 1) {
      data.fill(name.endsWith("bias") ? 0 : 1)
      continue
    }
    fillNormal(data, spread(name, shape, model), Random.stream(Random.fold(key, "weights", name)))
    if (name === embeddingTable) {
      for (const [token, value] of numbers) {
        addWave(data.subarray(token * model.hidden, (token + 1) * model.hidden), value)
      }
    }
  }
}

/** Standard deviation that a matrix starts with. */
const spread = (name: string, shape: ReadonlyArray<number>, model: Architecture): number => {
  if (name === embeddingTable) return embeddingSd
  const inputs = shape.slice(1).reduce((a, b) => a * b, 1)
  const layers = name.startsWith("visual.") ? model.vision.layers : model.layers
  const writesResidual = /(o_proj|attn\.proj|down_proj)\.weight$/.test(name)
  return 1 / Math.sqrt(inputs * (writesResidual ? 2 * layers : 1))
}

const fillNormal = (data: Float32Array, sd: number, next: () => number): void => {
  for (let i = 0; i < data.length; i += 2) {
    const [a, b] = Random.normalPair(next)
    data[i] = sd * a
    if (i + 1 < data.length) data[i + 1] = sd * b
  }
}

/** Adds sines and cosines of `value` with wavelengths from 4 to 2,000 to the first half of an embedding. */
const addWave = (embedding: Float32Array, value: number): void => {
  const waves = Math.floor(embedding.length / 4)
  for (let i = 0; i < waves; i++) {
    const angle = (2 * Math.PI * value) / (4 * 500 ** (i / (waves - 1)))
    embedding[2 * i]! += embeddingSd * Math.sin(angle)
    embedding[2 * i + 1]! += embeddingSd * Math.cos(angle)
  }
}
