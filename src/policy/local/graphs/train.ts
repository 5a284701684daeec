/** The graph that trains: log-probabilities of completions and their gradients. */
import * as Graph from "../../../onnx/Graph.ts"
import { gradients } from "../../../onnx/gradients.ts"
import * as Ops from "../../../onnx/Ops.ts"
import { prune } from "../../../onnx/prune.ts"
import * as Rows from "../../../onnx/Rows.ts"
import { type Architecture, headSize } from "../../../model/architecture.ts"
import { embeddingTable, type ParameterSpec } from "../../../model/Parameters.ts"
import type { ParameterSet } from "../training/partition.ts"
import * as Decoder from "./Decoder.ts"
import { declareParameters } from "./parts.ts"
import { visionTower } from "./vision.ts"

/**
 * Where the heads of rows without gaps stand in a padded grid of groups x keyValueHeads x samples x heads that share a key x
 * length, and the other way round. Those of a row are counted one after the other.
 */
interface Grid {
  readonly index: Graph.Value
  readonly inverse: Graph.Value
}

const declareGrid = (graph: Graph.Graph, name: string, heads: number): Grid => ({
  index: Graph.input(graph, `${name}Index`, "int64", [`${name}Places`]),
  inverse: Ops.reshape(Graph.input(graph, `${name}Inverse`, "int64", ["ownRows", heads]), [`${name}Rows`])
})

/**
 * Attention of completions, to their prompt and causally to themselves: rows [ownRows, heads * headSize].
 *
 * The samples of a group share the keys and values of their prompt, which is computed once. Only here are completions padded
 * to one length: every other operator works on their tokens alone. The heads that share keys and values stand below each
 * other, as more queries.
 * `mask` [groups, 1, 1, 1, length, promptLength + length].
 */
const completionAttention = (
  rows: Decoder.Heads,
  prompt: Decoder.Heads,
  mask: Graph.Value,
  grids: { readonly query: Grid; readonly key: Grid },
  model: Architecture
): Graph.Value => {
  const size = headSize(model)
  const { heads, keyValueHeads } = model
  const bySample = (x: Graph.Value, grid: Grid, places: string) => {
    const byHead = Ops.reshape(x, [grid.inverse.shape[0]!, size])
    return Ops.reshape(Rows.toGrid(byHead, grid.index, grid.inverse), ["groups", keyValueHeads, "samples", places, size])
  }
  const after = (prompt: Graph.Value, own: Graph.Value) => {
    const alike = Ops.reshape(prompt, ["groups", keyValueHeads, 1, "promptLength", size])
    const repeated = Ops.expand(alike, ["groups", keyValueHeads, "samples", "promptLength", size])
    return Ops.concat([repeated, bySample(own, grids.key, "length")], 3, "keys")
  }
  const scores = Ops.matmulTransposed(bySample(rows.query, grids.query, "queries"), after(prompt.key, rows.key))
  const places = ["groups", keyValueHeads, "samples", heads / keyValueHeads, "length"]
  const mixed = Ops.attend(scores, after(prompt.value, rows.value), mask, places)
  const { index, inverse } = grids.query
  return Ops.reshape(Rows.fromGrid(Ops.reshape(mixed, [index.shape[0]!, size]), index, inverse), ["ownRows", heads * size])
}

/** What the sequences of a graph have: images in their prompts, and something that is scored within prompts. */
export interface Reads {
  readonly images: boolean
  readonly within: boolean
}

/**
 * Log-probabilities of completion tokens, [tokens], for `groups` prompts with `samples` completions each.
 *
 * Rows are all prompt positions (right-padded to promptLength), then those of all completions one after the other, without
 * their last tokens, from which nothing is predicted. The first token of every completion is predicted from the last row of
 * its prompt, so `tokens` = groups * samples first tokens, then one for each row of the completions. Those of the rows within prompts
 * that `withinIndex` names, if there are any, are apart, [within]: nothing is learnt from them.
 */
const logProbabilities = (graph: Graph.Graph, model: Architecture, set: ParameterSet, { images, within }: Reads) => {
  const parameters = declareParameters(graph, set)
  const causalPrompt = Graph.input(graph, "causalPrompt", "float32", ["promptLength", "promptLength"])
  const mask = Graph.input(graph, "mask", "float32", ["groups", 1, 1, 1, "length", "keys"])
  const sampleZeros = Graph.input(graph, "sampleZeros", "float32", ["samples", 1])
  const lastIndex = Graph.input(graph, "lastIndex", "int64", ["groups"])
  const lastInverse = Graph.input(graph, "lastInverse", "int64", ["promptRows"])
  const inside = within
    ? [{ index: Graph.input(graph, "withinIndex", "int64", ["within"]), inverse: Graph.input(graph, "withinInverse", "int64", ["promptRows"]) }]
    : []
  const grids = {
    query: declareGrid(graph, "query", model.heads),
    key: declareGrid(graph, "key", model.keyValueHeads)
  }
  const targets = Graph.input(graph, "targets", "int64", ["tokens"])

  const embedded = Decoder.embed(graph, parameters, images ? visionTower(graph, model, parameters) : undefined)
  const turn = Decoder.turnAt(embedded.positions, model)
  const streams = (rows: Graph.Value) => Ops.split(rows, 0, ["promptRows", "ownRows"])
  /** The rows from which something is predicted: the last of each prompt, those of the completions, then those within prompts. */
  const predicting = (rows: Graph.Value): Graph.Value => {
    const [prompt, own] = streams(rows)
    const within = inside.map(({ index, inverse }) => Rows.place(prompt!, index, inverse))
    return Ops.concat([Rows.place(prompt!, lastIndex, lastInverse), own!, ...within], 0, "predicting")
  }

  let x = embedded.x
  for (let layer = 0; layer < model.layers; layer++) {
    const rows = Decoder.queryKeyValue(x, layer, model, parameters, turn)
    const [query, key, value] = [streams(rows.query), streams(rows.key), streams(rows.value)]
    const prompt = Decoder.byHead({ query: query[0]!, key: key[0]!, value: value[0]! }, model)
    const own = { query: query[1]!, key: key[1]!, value: value[1]! }
    const mixed = Ops.concat(
      [
        Decoder.promptAttention(prompt, causalPrompt, model, "promptRows"),
        completionAttention(own, prompt, mask, grids, model)
      ],
      0,
      "rows"
    )
    // After the last attention, only the rows that predict something go on.
    const pick = layer === model.layers - 1 ? predicting : (rows: Graph.Value) => rows
    x = Decoder.finishLayer(pick(x), pick(mixed), layer, model, parameters)
  }
  const [last, own, rowsWithin] = Ops.split(x, 0, within ? ["groups", "ownRows", "within"] : ["groups", "ownRows"])
  const firsts = Ops.add(Ops.reshape(last!, ["groups", 1, model.hidden]), sampleZeros)
  const rows = Ops.concat([Ops.reshape(firsts, ["firsts", model.hidden]), own!], 0, "tokens")
  const inverseTemperature = Graph.input(graph, "inverseTemperature", "float32", [])
  const predicted = (rows: Graph.Value, targets: Graph.Value) =>
    Ops.tokenLogProbability(Decoder.logits(rows, model, parameters, inverseTemperature), targets)
  if (rowsWithin !== undefined) {
    Graph.output(predicted(rowsWithin, Graph.input(graph, "withinTargets", "int64", ["within"])), "logpWithin")
  }
  return { parameters, text: embedded.text, logp: predicted(rows, targets) }
}

/** The graph that only scores: output `logp` [tokens], and `logpWithin` [within] where there are such. */
export const scoring = (model: Architecture, set: ParameterSet, reads: Reads): Graph.Graph => {
  const graph = Graph.make()
  Graph.output(logProbabilities(graph, model, set, reads).logp, "logp")
  return graph
}

/** The name of the accumulated gradient of a parameter, as input and as output of the training graph. */
export const accumulated = (spec: ParameterSpec): { readonly before: string; readonly after: string } => ({
  before: `${spec.name}#before`,
  after: `${spec.name}#after`
})

/** The output that holds the gradient of every looked-up row, [rows, hidden], for the token embeddings. */
export const lookedUp = "text#gradient"

/**
 * The graph that scores and differentiates: outputs as of the one that only scores and, for every one of `trained`, what was accumulated
 * plus the gradient of sum(weights * logp). Before and after may be one buffer: the addition is its only reader.
 *
 * Token embeddings get only their share as output embeddings that way, if they are; the other is `lookedUp`.
 */
export const training = (
  model: Architecture,
  set: ParameterSet,
  trained: ReadonlyArray<ParameterSpec>,
  reads: Reads
): Graph.Graph => {
  const graph = Graph.make()
  const { logp, parameters, text } = logProbabilities(graph, model, set, reads)
  const weights = Graph.input(graph, "weights", "float32", ["tokens"])
  const isTable = (spec: ParameterSpec) => spec.name === embeddingTable
  // ONNX Runtime goes back from the last node that nothing follows. In the order of the model, that makes each gradient as
  // soon as it can be made, while what it is made of is still in the processor's cache, and then frees that.
  const firstUse = new Map<string, number>()
  graph.nodes.forEach(({ inputs }, i) => inputs.forEach((name) => firstUse.has(name) || firstUse.set(name, i)))
  const used = trained
    .filter((spec) => model.tiedEmbeddings || !isTable(spec))
    .toSorted((a, b) => firstUse.get(a.name)! - firstUse.get(b.name)!)
  const rows = trained.some(isTable) ? [text] : []
  const reverse = gradients(logp, weights, [...used.map((spec) => parameters(spec.name)), ...rows])
  Graph.output(logp, "logp")
  rows.forEach((_, i) => Graph.output(reverse[used.length + i]!, lookedUp))
  used.forEach((spec, i) => {
    const { after, before } = accumulated(spec)
    Graph.output(Ops.add(Graph.input(graph, before, "float32", spec.shape), reverse[i]!), after)
  })
  prune(graph)
  return graph
}
