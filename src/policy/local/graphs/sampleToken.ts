/** Drawing a token inside of a graph. */
import * as Graph from "../../../onnx/Graph.ts"
import { dataType } from "../../../onnx/model.ts"
import * as Ops from "../../../onnx/Ops.ts"

/** Tokens in a block: the cumulative distribution is taken over blocks and then inside of one. */
const widestBlock = 64

const widthOf = (vocabulary: number): number => {
  let width = Math.min(widestBlock, vocabulary)
  while (vocabulary % width !== 0) width--
  return width
}

/**
 * Draws from `probability` [rows, vocabulary] by `uniform` [rows, 1], in [0, 1 - 2^-23]: the first token up to and with which
 * more than that share of the probability lies, [rows, 1]. It has a probability above 0.
 *
 * A running sum over the whole vocabulary takes ONNX Runtime ten times as long as the model's softmax, and adds up more
 * rounding errors.
 */
export const draw = (probability: Graph.Value, uniform: Graph.Value, vocabulary: number): Graph.Value => {
  const { graph } = probability
  const rows = probability.shape[0]!
  const width = widthOf(vocabulary)
  const blocks = Ops.reshape(probability, [rows, vocabulary / width, width])
  const upTo = runningSum(Ops.reduceSum(blocks, [2], false))
  const goal = Ops.multiply(last(upTo), uniform)
  const before = atMost(upTo, goal)
  const block = count(before)
  const passed = Graph.emit(graph, "ReduceMax", [Ops.multiply(upTo, before)], { shape: [rows, 1] }, { axes: [1], keepdims: 1 })

  const chosen = Graph.emit(graph, "GatherND", [blocks, integer(block)], { shape: [rows, width] }, { batch_dims: 1 })
  const inside = runningSum(chosen)
  // Added up in another order, the block may hold less than is left to go.
  const most = Ops.scale(last(inside), 1 - 2 ** -23)
  const left = Graph.emit(graph, "Min", [Ops.subtract(goal, passed), most], { shape: [rows, 1] })
  return integer(Ops.add(Ops.scale(block, width), count(atMost(inside, left))))
}

/** Running sum of x [rows, n] along a row. */
const runningSum = (x: Graph.Value): Graph.Value =>
  Graph.emit(x.graph, "CumSum", [x, Graph.int(x.graph, 1)], { shape: x.shape })

const last = (x: Graph.Value): Graph.Value =>
  Graph.emit(x.graph, "Gather", [x, Graph.ints(x.graph, [-1])], { shape: [x.shape[0]!, 1] }, { axis: 1 })

/** 1 where x [rows, n] is at most `limit` [rows, 1], otherwise 0. */
const atMost = (x: Graph.Value, limit: Graph.Value): Graph.Value =>
  cast(Graph.emit(x.graph, "LessOrEqual", [x, limit], { type: "bool", shape: x.shape }), "float32")

const count = (ones: Graph.Value): Graph.Value => Ops.reduceSum(ones, [1])

const integer = (x: Graph.Value): Graph.Value => cast(x, "int64")

const cast = (x: Graph.Value, type: Graph.ElementType): Graph.Value =>
  Graph.emit(x.graph, "Cast", [x], { type, shape: x.shape }, { to: dataType[type] })
