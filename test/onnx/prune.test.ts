import { assert, describe, it } from "@effect/vitest"
import * as Graph from "../../src/onnx/Graph.ts"
import * as Ops from "../../src/onnx/Ops.ts"
import { prune } from "../../src/onnx/prune.ts"

describe("prune", () => {
  it("keeps what leads to an output, in order, and nothing else", () => {
    const graph = Graph.make()
    const x = Graph.input(graph, "x", "float32", [2])
    const doubled = Ops.scale(x, 2)
    Ops.gelu(Ops.scale(doubled, 3))
    Graph.output(Ops.softmax(doubled), "y")
    prune(graph)
    assert.deepStrictEqual(graph.nodes.map(({ op }) => op), ["Mul", "Softmax"])
    assert.deepStrictEqual([...graph.initializers.keys()], ["f_2"])
    assert.deepStrictEqual(graph.outputs.map(({ name }) => name), ["y"])
  })

  it("keeps a node of which one output is used", () => {
    const graph = Graph.make()
    const [first] = Ops.split(Graph.input(graph, "x", "float32", [4]), 0, [1, 3])
    Graph.output(first!, "y")
    prune(graph)
    assert.deepStrictEqual(graph.nodes.map(({ op }) => op), ["Concat", "Split"])
  })
})
