/** Parts of a transformer that vision tower and decoder share. */
import * as Graph from "../../../onnx/Graph.ts"
import * as Ops from "../../../onnx/Ops.ts"
import type { ParameterSet } from "../training/partition.ts"

/** The parameters of a model as inputs of a graph. */
export interface Parameters {
  (name: string): Graph.Value
  readonly adapters: ParameterSet["adapters"]
}

export const declareParameters = (graph: Graph.Graph, { adapters, specs }: ParameterSet): Parameters => {
  const values = new Map(specs.map((spec) => [spec.name, Graph.input(graph, spec.name, "float32", spec.shape)]))
  const value = (name: string): Graph.Value => {
    const found = values.get(name)
    if (found === undefined) throw new Error(`the model has no parameter ${name}`)
    return found
  }
  return Object.assign(value, { adapters })
}

/** x [rows, inputs] times the transpose of the matrix `name` with its adapter, plus bias: [rows, outputs]. */
export const linear = (x: Graph.Value, parameters: Parameters, name: string, bias?: Graph.Value): Graph.Value => {
  const y = Ops.linear(x, parameters(name), bias)
  const adapter = parameters.adapters.get(name)
  if (adapter === undefined) return y
  const inner = Ops.scale(Ops.linear(x, parameters(adapter.a.name)), adapter.scaling)
  const ranks = adapter.parts.flatMap(({ b }) => (b === undefined ? [] : [b.shape[1]!]))
  const inners = pieces(inner, ranks).values()
  const outputs = pieces(y, adapter.parts.map(({ rows }) => rows))
  const adapted = outputs.map((output, i) => {
    const { b } = adapter.parts[i]!
    return b === undefined ? output : Ops.add(output, Ops.linear(inners.next().value!, parameters(b.name)))
  })
  return adapted.length === 1 ? adapted[0]! : Ops.concat(adapted, 1)
}

const pieces = (x: Graph.Value, widths: ReadonlyArray<number>): ReadonlyArray<Graph.Value> =>
  widths.length === 1 ? [x] : Ops.split(x, 1, widths)

/** The gated feed-forward block: down(silu(gate x) * up x). */
export const feedForward = (x: Graph.Value, at: string, parameters: Parameters, biased: boolean): Graph.Value => {
  const part = (input: Graph.Value, name: string) =>
    linear(input, parameters, `${at}.mlp.${name}.weight`, biased ? parameters(`${at}.mlp.${name}.bias`) : undefined)
  return part(Ops.swiglu(part(x, "gate_proj"), part(x, "up_proj")), "down_proj")
}

/**
 * Rotary angles of rows: positions [rows, axes] as floats times `frequencies` [axes, headSize / 2], which holds zeros where
 * a frequency does not turn with an axis.
 */
export const rotation = (
  positions: Graph.Value,
  frequencies: { readonly name: string; readonly data: Float32Array; readonly shape: readonly [number, number] }
): Ops.Rotation => {
  const graph = positions.graph
  const rows = positions.shape[0]!
  const half = frequencies.shape[1]
  const table = Graph.floats(graph, frequencies.name, frequencies.shape, frequencies.data)
  const angle = Ops.matmul(positions, table)
  const size = Graph.emit(graph, "Shape", [positions], { type: "int64", shape: [2] })
  const count = Graph.emit(graph, "Gather", [size, Graph.ints(graph, [0])], { type: "int64", shape: [1] }, { axis: 0 })
  const end = Graph.emit(graph, "Squeeze", [count], { type: "int64", shape: [] })
  const range = Graph.emit(graph, "Range", [Graph.int(graph, 0), end, Graph.int(graph, 1)], { type: "int64", shape: [rows] })
  const row = Graph.emit(graph, "Unsqueeze", [range, Graph.ints(graph, [0])], { type: "int64", shape: [1, rows] })
  return {
    cos: Graph.emit(graph, "Cos", [angle], { shape: [rows, half] }),
    sin: Graph.emit(graph, "Sin", [angle], { shape: [rows, half] }),
    row
  }
}

/** How queries and keys turn. Queries are scaled by 1 / sqrt(headSize) on the way, which attention then need not do. */
export interface Turn {
  readonly query: Ops.Rotation
  readonly key: Ops.Rotation
}

/** Turns keys as `rotation` says and queries by as much. */
export const scaledTurn = (rotation: Ops.Rotation, size: number): Turn => ({
  query: { ...rotation, cos: Ops.scale(rotation.cos, size ** -0.5), sin: Ops.scale(rotation.sin, size ** -0.5) },
  key: rotation
})

/** Frequencies theta^(-2i/size), i < count. */
export const inverseFrequencies = (theta: number, size: number, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, i) => theta ** ((-2 * i) / size))
