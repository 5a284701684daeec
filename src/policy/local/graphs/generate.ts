import * as Graph from "../../../onnx/Graph.ts"
import * as Ops from "../../../onnx/ops.ts"
import { type Architecture, headSize } from "../Architecture.ts"
import { isVision } from "../parameters.ts"
import type { ParameterSet } from "../partition.ts"
import * as Decoder from "./decoder.ts"
import { declareParameters, type Parameters } from "./parts.ts"
import { visionTower } from "./vision.ts"

/** What sampling needs of the next token: `logp` at temperature 1 and `probability` at the temperature asked for. */
const nextToken = (rows: Graph.Value, model: Architecture, parameters: Parameters): void => {
  const graph = rows.graph
  const inverseTemperature = Graph.input(graph, "inverseTemperature", "float32", [])
  const logits = Decoder.logits(rows, model, parameters)
  Graph.output(Graph.emit(graph, "LogSoftmax", [logits], { shape: logits.shape }, { axis: -1 }), "logp")
  Graph.output(Ops.softmax(Ops.multiply(logits, inverseTemperature)), "probability")
}

/**
 * Reads prompts: outputs `key.i`, `value.i` [groups, keyValueHeads, promptLength, headSize] of every layer i, and the next
 * token after each prompt.
 */
export const prefill = (model: Architecture, set: ParameterSet, images: boolean): Graph.Graph => {
  const graph = Graph.make()
  const parameters = declareParameters(graph, set)
  const causal = Graph.input(graph, "causalPrompt", "float32", ["promptLength", "promptLength"])
  const lastIndex = Graph.input(graph, "lastIndex", "int64", ["groups"])
  const lastInverse = Graph.input(graph, "lastInverse", "int64", ["rows"])
  const embedded = Decoder.embed(graph, parameters, images ? visionTower(graph, model, parameters) : undefined)
  const turn = Decoder.decoderRotation(embedded.positions, model)
  let x = embedded.x
  for (let layer = 0; layer < model.layers; layer++) {
    const { queryKey, value } = Decoder.queryKeyValue(x, layer, model, parameters, turn)
    const [query, key, values] = Decoder.promptHeads(Ops.concat([queryKey, value], 1), model)
    Graph.output(key!, `key.${layer}`)
    Graph.output(values!, `value.${layer}`)
    const mixed = Decoder.promptAttention(query!, key!, values!, causal, model, "rows")
    const pick = layer === model.layers - 1
      ? (rows: Graph.Value) => Ops.placeRows(rows, lastIndex, lastInverse)
      : (rows: Graph.Value) => rows
    x = Decoder.finishLayer(pick(x), pick(mixed), layer, model, parameters)
  }
  nextToken(x, model, parameters)
  return graph
}

/**
 * One token for every running completion: `ids` [rows], `positions` [rows, 3], `past` [rows] tokens before this one.
 *
 * The caches `key.i` and `value.i` [rows, keyValueHeads, capacity, headSize] are read and, given as `newKey.i` and
 * `newValue.i` too, extended in place by ONNX Runtime's GroupQueryAttention.
 */
export const decode = (model: Architecture, set: ParameterSet): Graph.Graph => {
  const graph = Graph.make()
  const parameters = declareParameters(graph, { ...set, specs: set.specs.filter((spec) => !isVision(spec)) })
  const { x: embedded, positions } = Decoder.embed(graph, parameters, undefined)
  const past = Graph.input(graph, "past", "int32", ["rows"])
  const total = Graph.input(graph, "total", "int32", [])
  const turn = Decoder.decoderRotation(positions, model)
  const size = headSize(model)
  const { heads, keyValueHeads } = model
  let x = embedded
  for (let layer = 0; layer < model.layers; layer++) {
    const { queryKey, value } = Decoder.queryKeyValue(x, layer, model, parameters, turn)
    const [query, key] = Ops.split(queryKey, 1, [heads * size, keyValueHeads * size])
    const one = (rows: Graph.Value): Graph.Value => Ops.reshape(rows, ["rows", 1, rows.shape[1]!])
    const cache = (name: string) => Graph.input(graph, name, "float32", ["rows", keyValueHeads, "capacity", size])
    const keys = cache(`key.${layer}`)
    const values = cache(`value.${layer}`)
    const [mixed, newKey, newValue] = Graph.emitMany(
      graph,
      "GroupQueryAttention",
      [one(query!), one(key!), one(value), keys, values, past, total],
      [{ shape: ["rows", 1, heads * size] }, { shape: keys.shape }, { shape: values.shape }],
      { num_heads: heads, kv_num_heads: keyValueHeads },
      "com.microsoft"
    )
    Graph.output(newKey!, `newKey.${layer}`)
    Graph.output(newValue!, `newValue.${layer}`)
    x = Decoder.finishLayer(x, Ops.reshape(mixed!, ["rows", heads * size]), layer, model, parameters)
  }
  nextToken(x, model, parameters)
  return graph
}
