import * as Graph from "../../../onnx/Graph.ts"
import * as Ops from "../../../onnx/ops.ts"
import { type Architecture, headSize } from "../Architecture.ts"
import { isVision } from "../parameters.ts"
import type { ParameterSet } from "../partition.ts"
import * as Decoder from "./decoder.ts"
import { declareParameters, gather } from "./parts.ts"

/** What running completions attend to beside themselves, and who belongs to which prompt. */
interface Context {
  /** [groups, samples]: which row stands there; anything where none does. */
  readonly grid: Graph.Value
  /** [rows]: the place of each row in the grid, counted row by row. */
  readonly cell: Graph.Value
  /** [groups, 1, 1, promptLength]: far below zero behind a prompt's end. */
  readonly promptMask: Graph.Value
  /** [own]: far below zero where nothing was said yet. */
  readonly ownMask: Graph.Value
}

/** Rows [rows, keyValueHeads, shared, width] by prompt: [groups, keyValueHeads, cells, width]. */
const byPrompt = (rows: Graph.Value, { grid }: Context): Graph.Value => {
  const [, heads, , width] = rows.shape
  return Ops.reshape(Ops.transpose(gather(rows, grid), [0, 2, 1, 3, 4]), ["groups", heads!, "cells", width!])
}

/** The way back of `byPrompt`. */
const byRow = (cells: Graph.Value, shared: number, { cell }: Context): Graph.Value => {
  const [, heads, , width] = cells.shape
  const all = Ops.transpose(Ops.reshape(cells, ["groups", heads!, "samples", shared, width!]), [0, 2, 1, 3, 4])
  return gather(Ops.reshape(all, ["places", heads!, shared, width!]), cell)
}

/**
 * Attention of one new token a row to its prompt, to the row's own tokens before it, and to itself: [rows, heads * headSize].
 *
 * The rows of a group stand side by side for the prompt's share, so its keys and values are read once for all of them.
 */
const attention = (
  graph: Graph.Graph,
  layer: number,
  rows: Decoder.Heads,
  context: Context,
  model: Architecture
): Graph.Value => {
  const size = headSize(model)
  const { heads, keyValueHeads } = model
  const shared = heads / keyValueHeads
  const prompt = (name: string) =>
    Graph.input(graph, `${name}.${layer}`, "float32", ["groups", keyValueHeads, "promptLength", size])
  const own = (name: string) => Graph.input(graph, `${name}.${layer}`, "float32", ["rows", keyValueHeads, "own", size])
  const query = Ops.reshape(rows.query, ["rows", keyValueHeads, shared, size])
  const one = (x: Graph.Value) => Ops.reshape(x, ["rows", keyValueHeads, 1, size])

  const toPrompt = Ops.matmulTransposed(byPrompt(query, context), prompt("promptKey"))
  const toOwn = Ops.matmulTransposed(query, own("ownKey"))
  const toItself = Ops.matmulTransposed(query, one(rows.key))
  const scores = Ops.concat(
    [byRow(Ops.add(toPrompt, context.promptMask), shared, context), Ops.add(toOwn, context.ownMask), toItself],
    3,
    "keys"
  )
  const [onPrompt, onOwn, onItself] = Ops.split(Ops.softmax(scores), 3, ["promptLength", "own", 1])
  const fromPrompt = Ops.matmul(byPrompt(onPrompt!, context), prompt("promptValue"))
  const fromOwn = Ops.matmul(onOwn!, own("ownValue"))
  const fromItself = Ops.matmul(onItself!, one(rows.value))
  const mixed = Ops.add(Ops.add(byRow(fromPrompt, shared, context), fromOwn), fromItself)
  return Ops.reshape(mixed, ["rows", heads * size])
}

/**
 * One token for every running completion: `ids` [rows], `positions` [rows, 3].
 *
 * Reads the prompts' `promptKey.i` and `promptValue.i` [groups, keyValueHeads, promptLength, headSize] as the prefill gave
 * them and the completions' `ownKey.i` and `ownValue.i` [rows, keyValueHeads, own, headSize], and gives what they have to be
 * extended with, `newKey.i` and `newValue.i` [rows, keyValueHeads * headSize]. The caches are not among the outputs, since
 * onnxruntime-node copies each of these.
 */
export const decode = (model: Architecture, set: ParameterSet, tell: Decoder.NextToken): Graph.Graph => {
  const graph = Graph.make()
  const parameters = declareParameters(graph, { ...set, specs: set.specs.filter((spec) => !isVision(spec)) })
  const { x: embedded, positions } = Decoder.embed(graph, parameters, undefined)
  const context: Context = {
    grid: Graph.input(graph, "grid", "int64", ["groups", "samples"]),
    cell: Graph.input(graph, "cell", "int64", ["rows"]),
    promptMask: Graph.input(graph, "promptMask", "float32", ["groups", 1, 1, "promptLength"]),
    ownMask: Graph.input(graph, "ownMask", "float32", ["own"])
  }
  const turn = Decoder.turnAt(positions, model)
  let x = embedded
  for (let layer = 0; layer < model.layers; layer++) {
    const rows = Decoder.queryKeyValue(x, layer, model, parameters, turn)
    Graph.output(rows.key, `newKey.${layer}`)
    Graph.output(rows.value, `newValue.${layer}`)
    const mixed = attention(graph, layer, rows, context, model)
    x = Decoder.finishLayer(x, mixed, layer, model, parameters)
  }
  Decoder.nextToken(x, model, parameters, tell)
  return graph
}
