/** The graph that reads prompts. */
import * as Graph from "../../../onnx/Graph.ts"
import * as Rows from "../../../onnx/Rows.ts"
import type { Architecture } from "../../../model/architecture.ts"
import type { ParameterSet } from "../training/partition.ts"
import * as Decoder from "./Decoder.ts"
import { declareParameters } from "./parts.ts"
import { visionTower } from "./vision.ts"

/**
 * Reads prompts: outputs `key.i`, `value.i` [groups, keyValueHeads, promptLength, headSize] of every layer i, and the first
 * tokens of completions, of which `prompt` [completions] says to which prompt each belongs.
 */
export const prefill = (model: Architecture, set: ParameterSet, images: boolean, tell: Decoder.NextToken): Graph.Graph => {
  const graph = Graph.make()
  const parameters = declareParameters(graph, set)
  const causal = Graph.input(graph, "causalPrompt", "float32", ["promptLength", "promptLength"])
  const lastIndex = Graph.input(graph, "lastIndex", "int64", ["groups"])
  const lastInverse = Graph.input(graph, "lastInverse", "int64", ["rows"])
  const embedded = Decoder.embed(graph, parameters, images ? visionTower(graph, model, parameters) : undefined)
  const turn = Decoder.turnAt(embedded.positions, model)
  let x = embedded.x
  for (let layer = 0; layer < model.layers; layer++) {
    const rows = Decoder.queryKeyValue(x, layer, model, parameters, turn)
    const heads = Decoder.byHead(rows, model)
    Graph.output(heads.key, `key.${layer}`)
    Graph.output(heads.value, `value.${layer}`)
    const mixed = Decoder.promptAttention(heads, causal, model, "rows")
    const pick = layer === model.layers - 1
      ? (rows: Graph.Value) => Rows.place(rows, lastIndex, lastInverse)
      : (rows: Graph.Value) => rows
    x = Decoder.finishLayer(pick(x), pick(mixed), layer, model, parameters)
  }
  const prompt = Graph.input(graph, "prompt", "int64", ["completions"])
  Decoder.nextToken(Rows.gather(x, prompt), model, parameters, tell)
  return graph
}
