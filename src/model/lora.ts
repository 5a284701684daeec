/** Low-rank adapters: which matrices carry them, and how large they are. */
import * as Random from "../pipeline/Random.ts"
import { embeddingTable, type Layout, outputHead, type ParameterSpec, tensorViews } from "./Parameters.ts"

/** Matrices of a decoder layer that can carry an adapter, by their Hugging Face names. */
export const targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const

/** The file of a folder in which PEFT keeps adapters. */
export const adapterFile = "adapter_model.safetensors"

/**
 * Low-rank adapters: a matrix W [outputs, inputs] of every decoder layer becomes W + alpha / rank * B A, with B
 * [outputs, rank] and A [rank, inputs]; only A and B train. There is no dropout.
 *
 * Source: Hu et al., arXiv 2106.09685.
 */
export interface Lora {
  readonly rank: number
  readonly alpha: number
  readonly targets: ReadonlyArray<(typeof targets)[number]>
}

/** Adapters that the output head may carry too: where it is tied to the token embeddings, these stay as they are. */
export interface HeadLora extends Lora {
  readonly head?: boolean
}

/** The adapter of one matrix of the compute graphs, which may hold several of Hugging Face's one below the other. */
export interface Adapter {
  /** alpha / rank. */
  readonly scaling: number
  /** A of every adapted part, one below the other: they read the same numbers. */
  readonly a: ParameterSpec
  /** Every part of the matrix: its rows, and B where it is adapted. */
  readonly parts: ReadonlyArray<{ readonly rows: number; readonly b?: ParameterSpec }>
}

/** The name that PEFT gives to A or B of a tensor of Qwen2.5-VL's decoder. */
export const adapterName = (tensor: string, part: "A" | "B"): string =>
  `base_model.model.${tensor.replace(/^model\./, "model.language_model.").replace(/weight$/, `lora_${part}.weight`)}`

/** The matrix that gives the logits. */
const headOf = (specs: ReadonlyArray<ParameterSpec>): ParameterSpec =>
  specs.find(({ name }) => name === outputHead) ?? specs.find(({ name }) => name === embeddingTable)!

/** The adapters of a model by the name of the matrix that each belongs to. */
export const adapters = (specs: ReadonlyArray<ParameterSpec>, lora: HeadLora): ReadonlyMap<string, Adapter> => {
  const inLayers = layerAdapters(specs, lora)
  if (lora.head !== true) return inLayers
  const { name, shape: [rows, inputs] } = headOf(specs)
  const part = (part: "A" | "B", shape: ReadonlyArray<number>): ParameterSpec => {
    const name = adapterName(outputHead, part)
    return { name, shape, tensors: [{ name, shape }], decays: true }
  }
  return new Map([...inLayers, [name, {
    scaling: lora.alpha / lora.rank,
    a: part("A", [lora.rank, inputs!]),
    parts: [{ rows: rows!, b: part("B", [rows!, lora.rank]) }]
  }]])
}

const layerAdapters = (specs: ReadonlyArray<ParameterSpec>, lora: Lora): ReadonlyMap<string, Adapter> => {
  if (lora.targets.length === 0) return new Map()
  const pattern = new RegExp(`^model\\.layers\\.\\d+\\..*\\.(${lora.targets.join("|")})\\.weight$`)
  return new Map(specs.flatMap((spec) => {
    const adapted = spec.tensors.filter(({ name }) => pattern.test(name))
    if (adapted.length === 0) return []
    const inputs = spec.shape[1]!
    const a: ParameterSpec = {
      name: `${spec.name}#A`,
      shape: [adapted.length * lora.rank, inputs],
      tensors: adapted.map(({ name }) => ({ name: adapterName(name, "A"), shape: [lora.rank, inputs] })),
      decays: true
    }
    const parts = spec.tensors.map((tensor) => {
      const rows = tensor.shape[0]!
      if (!adapted.includes(tensor)) return { rows }
      const name = adapterName(tensor.name, "B")
      const shape = [rows, lora.rank]
      return { rows, b: { name, shape, tensors: [{ name, shape }], decays: true } }
    })
    return [[spec.name, { scaling: lora.alpha / lora.rank, a, parts }]]
  }))
}

/** The parameters that an adapter consists of. */
export const adapterSpecs = ({ a, parts }: Adapter): ReadonlyArray<ParameterSpec> => [
  a,
  ...parts.flatMap(({ b }) => (b === undefined ? [] : [b]))
]

/**
 * Fresh adapters, which change nothing yet: B is 0, A uniform within 1 / sqrt(inputs), one stream a tensor. That is
 * PyTorch's `kaiming_uniform_` with a = sqrt(5), which PEFT draws A with.
 */
export const freshAdapters = (flat: Float32Array, at: Layout, key: Random.Key): void => {
  for (const { data, name, shape } of tensorViews(flat, at)) {
    data.fill(0)
    if (!name.endsWith("lora_A.weight")) continue
    const bound = 1 / Math.sqrt(shape[1]!)
    const next = Random.stream(Random.fold(key, "lora", name))
    for (let i = 0; i < data.length; i++) data[i] = bound * (2 * next() - 1)
  }
}
