/** Names, shapes and places of a model's parameters. */
import { type Architecture, headSize } from "./architecture.ts"

/** One tensor of the model under its Hugging Face name. */
export interface TensorSpec {
  readonly name: string
  readonly shape: ReadonlyArray<number>
}

/**
 * One input of the compute graphs: tensors that lie side by side in memory and are used as one matrix.
 *
 * The projections to query, key and value become one product this way, since those to key and value alone would be so narrow
 * that ONNX Runtime adds up in another order with another number of threads. Files keep Hugging Face's names and shapes.
 */
export interface ParameterSpec {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly tensors: ReadonlyArray<TensorSpec>
  /** Weight decay applies to matrices only, not to biases and norms. */
  readonly decays: boolean
}

/** Name of the token embeddings. */
export const embeddingTable = "model.embed_tokens.weight"

/** Name of the output head, where it is not tied to them. */
export const outputHead = "lm_head.weight"

const elements = (shape: ReadonlyArray<number>): number => shape.reduce((a, b) => a * b, 1)

const single = (name: string, shape: ReadonlyArray<number>, as = shape): ParameterSpec => ({
  name,
  shape: as,
  tensors: [{ name, shape }],
  decays: as.length > 1
})

const stacked = (name: string, tensors: ReadonlyArray<TensorSpec>): ParameterSpec => ({
  name,
  shape: [tensors.reduce((rows, tensor) => rows + tensor.shape[0]!, 0), ...tensors[0]!.shape.slice(1)],
  tensors,
  decays: tensors[0]!.shape.length > 1
})

const visionParameters = (model: Architecture): Array<ParameterSpec> => {
  const v = model.vision
  const merged = v.hidden * v.merge ** 2
  const block = (i: number): Array<ParameterSpec> => {
    const at = `visual.blocks.${i}`
    return [
      single(`${at}.norm1.weight`, [v.hidden]),
      single(`${at}.attn.qkv.weight`, [3 * v.hidden, v.hidden]),
      single(`${at}.attn.qkv.bias`, [3 * v.hidden]),
      single(`${at}.attn.proj.weight`, [v.hidden, v.hidden]),
      single(`${at}.attn.proj.bias`, [v.hidden]),
      single(`${at}.norm2.weight`, [v.hidden]),
      single(`${at}.mlp.gate_proj.weight`, [v.intermediate, v.hidden]),
      single(`${at}.mlp.gate_proj.bias`, [v.intermediate]),
      single(`${at}.mlp.up_proj.weight`, [v.intermediate, v.hidden]),
      single(`${at}.mlp.up_proj.bias`, [v.intermediate]),
      single(`${at}.mlp.down_proj.weight`, [v.hidden, v.intermediate]),
      single(`${at}.mlp.down_proj.bias`, [v.hidden])
    ]
  }
  const temporal = 2
  const channels = v.patchNumbers / (temporal * v.patch ** 2)
  return [
    single(
      "visual.patch_embed.proj.weight",
      [v.hidden, channels, temporal, v.patch, v.patch],
      [v.hidden, v.patchNumbers]
    ),
    ...Array.from({ length: v.layers }, (_, i) => block(i)).flat(),
    single("visual.merger.ln_q.weight", [v.hidden]),
    single("visual.merger.mlp.0.weight", [merged, merged]),
    single("visual.merger.mlp.0.bias", [merged]),
    single("visual.merger.mlp.2.weight", [model.hidden, merged]),
    single("visual.merger.mlp.2.bias", [model.hidden])
  ]
}

const decoderParameters = (model: Architecture): Array<ParameterSpec> => {
  const size = headSize(model)
  const rows = { q_proj: model.heads * size, k_proj: model.keyValueHeads * size, v_proj: model.keyValueHeads * size }
  const layer = (i: number): Array<ParameterSpec> => {
    const at = `model.layers.${i}`
    return [
      single(`${at}.input_layernorm.weight`, [model.hidden]),
      ...["weight", "bias"].map((kind) =>
        stacked(
          `${at}.self_attn.qkv.${kind}`,
          Object.entries(rows).map(([part, size]) => ({
            name: `${at}.self_attn.${part}.${kind}`,
            shape: kind === "weight" ? [size, model.hidden] : [size]
          }))
        )
      ),
      single(`${at}.self_attn.o_proj.weight`, [model.hidden, rows.q_proj]),
      single(`${at}.post_attention_layernorm.weight`, [model.hidden]),
      single(`${at}.mlp.gate_proj.weight`, [model.intermediate, model.hidden]),
      single(`${at}.mlp.up_proj.weight`, [model.intermediate, model.hidden]),
      single(`${at}.mlp.down_proj.weight`, [model.hidden, model.intermediate])
    ]
  }
  return [
    single(embeddingTable, [model.vocabulary, model.hidden]),
    ...Array.from({ length: model.layers }, (_, i) => layer(i)).flat(),
    single("model.norm.weight", [model.hidden]),
    ...(model.tiedEmbeddings ? [] : [single(outputHead, [model.vocabulary, model.hidden])])
  ]
}

/** Every parameter of the model, those that decay first, so that each of the two kinds is one stretch of memory. */
export const parameterSpecs = (model: Architecture): ReadonlyArray<ParameterSpec> => {
  const all = [...visionParameters(model), ...decoderParameters(model)]
  return [...all.filter((p) => p.decays), ...all.filter((p) => !p.decays)]
}

export const isVision = (spec: ParameterSpec): boolean => spec.name.startsWith("visual.")

/** Where everything lies in one array of numbers. */
export interface Layout {
  readonly specs: ReadonlyArray<ParameterSpec>
  readonly offsets: ReadonlyMap<string, number>
  /** Numbers before this index decay. */
  readonly decaying: number
  readonly size: number
}

/** Lays parameters side by side, in the order given: those that decay must come first. */
export const layout = (specs: ReadonlyArray<ParameterSpec>): Layout => {
  const offsets = new Map<string, number>()
  let size = 0
  let decaying = 0
  for (const spec of specs) {
    offsets.set(spec.name, size)
    size += elements(spec.shape)
    if (spec.decays) decaying = size
  }
  return { specs, offsets, decaying, size }
}

/** The stretch of `flat` that holds a parameter. */
export const view = (flat: Float32Array, at: Layout, spec: ParameterSpec): Float32Array => {
  const offset = at.offsets.get(spec.name)!
  return flat.subarray(offset, offset + elements(spec.shape))
}

/** Every Hugging Face tensor with the stretch of `flat` that holds it. */
export const tensorViews = (
  flat: Float32Array,
  at: Layout
): ReadonlyArray<TensorSpec & { readonly data: Float32Array }> =>
  at.specs.flatMap((spec) => {
    let offset = at.offsets.get(spec.name)!
    return spec.tensors.map((tensor) => {
      const data = flat.subarray(offset, offset + elements(tensor.shape))
      offset += data.length
      return { ...tensor, data }
    })
  })
