/** The decoder's parts that sampling and training share. */
import * as Graph from "../../../onnx/Graph.ts"
import * as Ops from "../../../onnx/Ops.ts"
import * as Rows from "../../../onnx/Rows.ts"
import { type Architecture, headSize } from "../../../model/architecture.ts"
import { draw } from "./sampleToken.ts"
import { embeddingTable, outputHead } from "../../../model/Parameters.ts"
import { feedForward, inverseFrequencies, linear, type Parameters, rotation, scaledTurn, type Turn } from "./parts.ts"

/** M-RoPE: each frequency turns with one of time, height and width. Source: Wang et al., arXiv 2409.12191, section 2.1. */
const frequencies = (model: Architecture) => {
  const half = headSize(model) / 2
  const inverse = inverseFrequencies(model.ropeTheta, 2 * half, half)
  const data = new Float32Array(3 * half)
  let i = 0
  model.mropeSection.forEach((count, axis) => {
    for (const end = i + count; i < end; i++) data[axis * half + i] = inverse[i]!
  })
  return { name: "decoderFrequencies", data, shape: [3, half] as const }
}

/** What attention mixes, as rows or by head. */
export interface Heads {
  readonly query: Graph.Value
  readonly key: Graph.Value
  readonly value: Graph.Value
}

/** Rotations of rows at `positions` [rows, 3]. */
export const turnAt = (positions: Graph.Value, model: Architecture): Turn =>
  scaledTurn(rotation(positions, frequencies(model)), headSize(model))

/** Normed rows as queries [rows, heads * headSize], keys and values [rows, keyValueHeads * headSize], turned. */
export const queryKeyValue = (
  x: Graph.Value,
  layer: number,
  model: Architecture,
  parameters: Parameters,
  turn: Turn
): Heads => {
  const at = `model.layers.${layer}`
  const normal = Ops.rmsNorm(x, parameters(`${at}.input_layernorm.weight`), model.epsilon)
  const qkv = linear(normal, parameters, `${at}.self_attn.qkv.weight`, parameters(`${at}.self_attn.qkv.bias`))
  const narrow = model.keyValueHeads * headSize(model)
  const [query, key, value] = Ops.split(qkv, 1, [model.heads * headSize(model), narrow, narrow])
  return { query: Ops.rotary(query!, turn.query), key: Ops.rotary(key!, turn.key), value: value! }
}

/** The rest of a layer, from what attention mixed: output projection, residual, feed-forward, residual. */
export const finishLayer = (
  x: Graph.Value,
  mixed: Graph.Value,
  layer: number,
  model: Architecture,
  parameters: Parameters
): Graph.Value => {
  const at = `model.layers.${layer}`
  const attended = Ops.add(x, linear(mixed, parameters, `${at}.self_attn.o_proj.weight`))
  const normal = Ops.rmsNorm(attended, parameters(`${at}.post_attention_layernorm.weight`), model.epsilon)
  return Ops.add(attended, feedForward(normal, at, parameters, false))
}

/** Logits of rows: final norm and output embedding. With `factor` [], times that, by rows, which are narrower than logits. */
export const logits = (x: Graph.Value, model: Architecture, parameters: Parameters, factor?: Graph.Value): Graph.Value => {
  const normal = Ops.rmsNorm(x, parameters("model.norm.weight"), model.epsilon)
  return linear(factor === undefined ? normal : Ops.multiply(normal, factor), parameters, model.tiedEmbeddings ? embeddingTable : outputHead)
}

/** What a sampling graph tells of the next token: the one that it drew, or all of them. */
export type NextToken = "drawn" | "distribution"

/**
 * The tokens after `rows`, as outputs. "drawn": `token` and its `logp`, [rows, 1], by `uniform` [rows, 1] as `draw` does it.
 * "distribution": `logp` and `probability` [rows, vocabulary].
 *
 * `logp` is at temperature 1; tokens are drawn, and `probability` is, at the temperature asked for.
 */
export const nextToken = (rows: Graph.Value, model: Architecture, parameters: Parameters, tell: NextToken): void => {
  const { graph } = rows
  const inverseTemperature = Graph.input(graph, "inverseTemperature", "float32", [])
  const scores = logits(rows, model, parameters)
  const logp = Graph.emit(graph, "LogSoftmax", [scores], { shape: scores.shape }, { axis: -1 })
  const probability = Ops.softmax(Ops.multiply(scores, inverseTemperature))
  if (tell === "distribution") {
    Graph.output(logp, "logp")
    Graph.output(probability, "probability")
    return
  }
  const shape = [rows.shape[0]!, 1]
  const token = draw(probability, Graph.input(graph, "uniform", "float32", shape), model.vocabulary)
  Graph.output(Graph.emit(graph, "GatherElements", [logp, token], { shape }, { axis: 1 }), "logp")
  Graph.output(token, "token")
}

/**
 * Embedded rows: token embeddings, and in place of image tokens the rows that the vision tower made.
 *
 * `ids` [rows]; `textMask` [rows, 1] is 0 at image tokens; `visualIndex` [rows] and `visualInverse` [visuals] pair the two.
 *
 * The gradient goes as far as `text` [rows, hidden], the rows as looked up, and not into the table: whoever trains that adds
 * up the rows of a token, for which ONNX Runtime has no operator that gives the same bits every time.
 */
export const embed = (
  graph: Graph.Graph,
  parameters: Parameters,
  visual: Graph.Value | undefined
): { readonly x: Graph.Value; readonly text: Graph.Value; readonly positions: Graph.Value } => {
  const ids = Graph.input(graph, "ids", "int64", ["rows"])
  const positions = Graph.input(graph, "positions", "float32", ["rows", 3])
  const text = Rows.gather(parameters(embeddingTable), ids)
  if (visual === undefined) return { x: text, text, positions }
  const mask = Graph.input(graph, "textMask", "float32", ["rows", 1])
  const index = Graph.input(graph, "visualIndex", "int64", ["rows"])
  const inverse = Graph.input(graph, "visualInverse", "int64", ["visuals"])
  return { x: Ops.add(Ops.multiply(text, mask), Rows.place(visual, index, inverse)), text, positions }
}

/** Rows of prompts by head, each [groups, heads, promptLength, headSize]. */
export const byHead = ({ key, query, value }: Heads, model: Architecture): Heads => {
  const size = headSize(model)
  const split = (rows: Graph.Value, heads: number) =>
    Ops.transpose(Ops.reshape(rows, ["groups", "promptLength", heads, size]), [0, 2, 1, 3])
  return { query: split(query, model.heads), key: split(key, model.keyValueHeads), value: split(value, model.keyValueHeads) }
}

/**
 * Causal attention of prompts to themselves, by head: [rows, heads * headSize].
 * `mask` [promptLength, promptLength].
 */
export const promptAttention = (
  { key, query, value }: Heads,
  mask: Graph.Value,
  model: Architecture,
  rows: string
): Graph.Value => {
  const size = headSize(model)
  const { heads, keyValueHeads } = model
  const shared = heads / keyValueHeads
  const stacked = Ops.reshape(query, ["groups", keyValueHeads, "sharedQueries", size])
  const scores = Ops.matmulTransposed(stacked, key)
  const places = ["groups", keyValueHeads, shared, "promptLength"]
  const byQuery = Ops.attend(scores, value, mask, places)
  const mixed = Ops.reshape(byQuery, ["groups", heads, "promptLength", size])
  return Ops.reshape(Ops.transpose(mixed, [0, 2, 1, 3]), [rows, heads * size])
}
