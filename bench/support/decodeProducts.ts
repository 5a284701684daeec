/** The matrix products of one decoding step and nothing else, as a graph of their own. */
import * as Graph from "../../src/onnx/Graph.ts"
import * as Ops from "../../src/onnx/Ops.ts"
import { compile, float32 } from "../../src/onnx/session.ts"
import { type Architecture, headSize } from "../../src/model/architecture.ts"

export interface Step {
  /** Completions that run. */
  readonly rows: number
  /** Tokens of the longest of them, prompt included. */
  readonly total: number
}

/** Weights of the decoder as [out, in], in the order of use. */
const weightShapes = (model: Architecture): ReadonlyArray<readonly [number, number]> => {
  const size = headSize(model)
  const layer = [
    [(model.heads + 2 * model.keyValueHeads) * size, model.hidden],
    [model.hidden, model.heads * size],
    [model.intermediate, model.hidden],
    [model.intermediate, model.hidden],
    [model.hidden, model.intermediate]
  ] as const
  return [...Array.from({ length: model.layers }, () => layer).flat(), [model.vocabulary, model.hidden]]
}

/** One number of a product, since onnxruntime-node copies whatever is an output. */
const corner = (x: Graph.Value): Graph.Value => {
  const at = (index: number) => Graph.ints(x.graph, x.shape.map(() => index))
  const one = Graph.emit(x.graph, "Slice", [x, at(0), at(1)], { shape: x.shape.map(() => 1) })
  return Graph.emit(x.graph, "Reshape", [one, Graph.ints(x.graph, [1])], { shape: [1] })
}

const sizeOf = (dims: ReadonlyArray<number>): number => dims.reduce((a, b) => a * b, 1)

const numbers = (size: number): Float32Array => {
  const data = new Float32Array(size)
  for (let i = 0; i < size; i++) data[i] = (i % 11) / 11 - 0.5
  return data
}

/**
 * Compiles the products of a decoding step and returns a function that prepares a run at some size.
 *
 * The linear ones are those of the decode graph (same operator, same transposition, a weight of its own for each, so that
 * caches hold as much). With `attention`, query x keys and weights x values are there too, of every layer, head and row.
 * All sizes share one memory, made for the `largest`, so that weights stay where caches know them.
 */
export const make = async (model: Architecture, threads: number, attention: boolean, largest: Step) => {
  const graph = Graph.make()
  const size = headSize(model)
  const { keyValueHeads, layers } = model
  const shared = model.heads / keyValueHeads
  const products: Array<Graph.Value> = []
  const inputs: Array<readonly [name: string, shape: (step: Step) => ReadonlyArray<number>]> = []
  const input = (name: string, symbols: Graph.Shape, shape: (step: Step) => ReadonlyArray<number>) => {
    inputs.push([name, shape])
    return Graph.input(graph, name, "float32", symbols)
  }
  weightShapes(model).forEach(([out, width], i) => {
    const x = input(`x.${i}`, ["rows", width], ({ rows }) => [rows, width])
    const weight = input(`weight.${i}`, [out, width], () => [out, width])
    products.push(Ops.linear(x, weight))
  })
  for (let layer = 0; attention && layer < layers; layer++) {
    const side = (name: string, a: number | "total", b: number | "total") =>
      input(`${name}.${layer}`, ["rows", keyValueHeads, a, b], ({ rows, total }) =>
        [rows, keyValueHeads, a === "total" ? total : a, b === "total" ? total : b])
    products.push(Ops.matmulTransposed(side("query", shared, size), side("keys", "total", size)))
    products.push(Ops.matmul(side("attention", shared, "total"), side("values", "total", size)))
  }
  Graph.output(Ops.concat(products.map(corner), 0), "corners")
  const session = await compile(graph, threads)
  const memory = new Map(inputs.map(([name, shape]) => [name, numbers(sizeOf(shape(largest)))]))
  return (step: Step): () => Promise<unknown> => {
    const feeds = Object.fromEntries(inputs.map(([name, shape]) => {
      const dims = shape(step)
      return [name, float32(memory.get(name)!.subarray(0, sizeOf(dims)), dims)]
    }))
    return () => session.run(feeds)
  }
}
