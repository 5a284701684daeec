/** The graph that samples: one new token for every running completion. */
import * as Graph from "../../../onnx/Graph.ts"
import * as Ops from "../../../onnx/Ops.ts"
import * as Rows from "../../../onnx/Rows.ts"
import { type Architecture, headSize } from "../../../model/architecture.ts"
import { isVision } from "../../../model/Parameters.ts"
import type { ParameterSet } from "../training/partition.ts"
import * as Decoder from "./Decoder.ts"
import { declareParameters } from "./parts.ts"

/** What running completions attend to beside themselves, and who belongs to which prompt. */
interface Context {
  /** [groups, keyValueHeads, samples]: which head of which row stands there, counted row by row; any where none does. */
  readonly grid: Graph.Value
  /** [heads of rows]: the place of each row's head in the grid, counted group by group and head by head. */
  readonly cell: Graph.Value
  /** [groups, 1, 1, promptLength]: far below zero behind a prompt's end. */
  readonly promptMask: Graph.Value
  /** [own]: far below zero where nothing was said yet. */
  readonly ownMask: Graph.Value
}

/**
 * Attention of one new token a row to its prompt, to the row's own tokens before it, and to itself: [rows, heads * headSize].
 * Also the new keys and values, [headRows, 1, headSize], where headRows = rows * keyValueHeads.
 *
 * The rows of a group stand side by side for the prompt's share, so its keys and values are read once for all of them.
 */
const attention = (graph: Graph.Graph, layer: number, rows: Decoder.Heads, context: Context, model: Architecture) => {
  const size = headSize(model)
  const { heads, keyValueHeads } = model
  const shared = heads / keyValueHeads
  const prompt = (name: string) =>
    Graph.input(graph, `${name}.${layer}`, "float32", ["groups", keyValueHeads, "promptLength", size])
  const own = (name: string) => Graph.input(graph, `${name}.${layer}`, "float32", ["headRows", "own", size])
  const query = Ops.reshape(rows.query, ["headRows", shared, size])
  const key = Ops.reshape(rows.key, ["headRows", 1, size])
  const value = Ops.reshape(rows.value, ["headRows", 1, size])
  const byPrompt = (x: Graph.Value) =>
    Ops.reshape(Rows.gather(x, context.grid), ["groups", keyValueHeads, "queries", x.shape[2]!])
  const byRow = (x: Graph.Value) => Rows.gather(Ops.reshape(x, ["places", shared, x.shape[3]!]), context.cell)

  const toPrompt = Ops.matmulTransposed(byPrompt(query), prompt("promptKey"))
  const toOwn = Ops.matmulTransposed(query, own("ownKey"))
  const toItself = Ops.reduceSum(Ops.multiply(query, key), [2])
  const scores = Ops.concat(
    [byRow(Ops.add(toPrompt, context.promptMask)), Ops.add(toOwn, context.ownMask), toItself],
    2,
    "keys"
  )
  const [onPrompt, onOwn, onItself] = Ops.split(Ops.softmaxOfMasked(scores), 2, ["promptLength", "own", 1])
  const fromPrompt = byRow(Ops.matmul(byPrompt(onPrompt!), prompt("promptValue")))
  const fromOwn = Ops.matmul(onOwn!, own("ownValue"))
  const mixed = Ops.add(Ops.add(fromPrompt, fromOwn), Ops.multiply(onItself!, value))
  return { mixed: Ops.reshape(mixed, ["rows", heads * size]), key, value }
}

/**
 * One token for every running completion: `ids` [rows], `positions` [rows, 3].
 *
 * Reads the prompts' `promptKey.i` and `promptValue.i` [groups, keyValueHeads, promptLength, headSize] as the prefill gave
 * them and the completions' `ownKey.i` and `ownValue.i` [rows * keyValueHeads, own, headSize], and gives what they have to be
 * extended with, `newKey.i` and `newValue.i` [rows * keyValueHeads, 1, headSize]. The caches are not among the outputs, since
 * onnxruntime-node copies each of these.
 */
export const decode = (model: Architecture, set: ParameterSet, tell: Decoder.NextToken): Graph.Graph => {
  const graph = Graph.make()
  const parameters = declareParameters(graph, { ...set, specs: set.specs.filter((spec) => !isVision(spec)) })
  const { x: embedded, positions } = Decoder.embed(graph, parameters, undefined)
  const context: Context = {
    grid: Graph.input(graph, "grid", "int64", ["groups", model.keyValueHeads, "samples"]),
    cell: Graph.input(graph, "cell", "int64", ["headRows"]),
    promptMask: Graph.input(graph, "promptMask", "float32", ["groups", 1, 1, "promptLength"]),
    ownMask: Graph.input(graph, "ownMask", "float32", ["own"])
  }
  const turn = Decoder.turnAt(positions, model)
  let x = embedded
  for (let layer = 0; layer < model.layers; layer++) {
    const rows = Decoder.queryKeyValue(x, layer, model, parameters, turn)
    const { key, mixed, value } = attention(graph, layer, rows, context, model)
    Graph.output(key, `newKey.${layer}`)
    Graph.output(value, `newValue.${layer}`)
    x = Decoder.finishLayer(x, mixed, layer, model, parameters)
  }
  Decoder.nextToken(x, model, parameters, tell)
  return graph
}
