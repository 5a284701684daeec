import * as Graph from "../../../onnx/Graph.ts"
import * as Ops from "../../../onnx/ops.ts"

/**
 * One AdamW step over numbers that lie side by side, uphill: `gradient` is that of what is to be made larger.
 *
 * Scalars: `scale` of the gradient (clipping), `beta1`, `beta2`, `correction1` = 1 / (1 - beta1^t), `correction2` likewise,
 * `epsilon`, `rate`, `decay` = rate x weight decay. Each `new...` output may be the buffer of its input: the node that
 * writes it is the last that reads it.
 *
 * Source: Loshchilov and Hutter, arXiv 1711.05101, algorithm 2.
 */
export const adamW = (): Graph.Graph => {
  const graph = Graph.make()
  const numbers = (name: string) => Graph.input(graph, name, "float32", ["size"])
  const scalar = (name: string) => Graph.input(graph, name, "float32", [])
  const weight = numbers("weight")
  const first = numbers("first")
  const second = numbers("second")
  const gradient = Ops.multiply(numbers("gradient"), scalar("scale"))
  const blend = (old: Graph.Value, fresh: Graph.Value, beta: Graph.Value) =>
    Ops.add(Ops.multiply(old, beta), Ops.multiply(fresh, Ops.subtract(Graph.scalar(graph, 1), beta)))
  const newFirst = blend(first, gradient, scalar("beta1"))
  const newSecond = blend(second, Ops.multiply(gradient, gradient), scalar("beta2"))
  const spread = Ops.add(Ops.sqrt(Ops.multiply(newSecond, scalar("correction2"))), scalar("epsilon"))
  const move = Ops.divide(Ops.multiply(newFirst, Ops.multiply(scalar("rate"), scalar("correction1"))), spread)
  const newWeight = Ops.add(weight, Ops.subtract(move, Ops.multiply(weight, scalar("decay"))))
  Graph.output(newFirst, "newFirst")
  Graph.output(newSecond, "newSecond")
  Graph.output(newWeight, "newWeight")
  return graph
}
