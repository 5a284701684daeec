/** Graphs as they are built: values that nodes make, and how gradients flow back through each node. */
import type { Attribute, Initializer, OnnxNode, Port } from "./model.ts"
import type { ElementType, Shape } from "./shapes.ts"

export type { Dim, ElementType, Shape } from "./shapes.ts"

/** An edge of the graph: a tensor that some node makes, or an input. */
export interface Value {
  readonly graph: Graph
  /** Changes once, when the value becomes an output. */
  name: string
  readonly type: ElementType
  readonly shape: Shape
}

/**
 * How the gradients of a node's inputs follow from those of its outputs. Undefined on the way in: nothing depends on that
 * output; on the way out: no gradient flows to that input.
 */
export type Pullback = (gradients: ReadonlyArray<Value | undefined>) => ReadonlyArray<Value | undefined>

interface Step {
  readonly inputs: ReadonlyArray<Value>
  readonly outputs: ReadonlyArray<Value>
  readonly pullback: Pullback
}

/**
 * A computation under construction. Operators (`ops.ts`) append nodes to it; `gradients` appends the nodes of their
 * reverse; `model.ts` writes it all as an ONNX file.
 */
export interface Graph {
  readonly nodes: Array<OnnxNode>
  readonly inputs: Array<Port>
  readonly outputs: Array<Port>
  readonly initializers: Map<string, Initializer>
  /** What can be differentiated, in the order it was built. */
  readonly tape: Array<Step>
  /** A one-element int64 value for every named dimension, made on demand. */
  readonly dims: Map<string, { readonly source: Value; readonly axis: number; value?: Value }>
  count: number
}

export const make = (): Graph => ({
  nodes: [],
  inputs: [],
  outputs: [],
  initializers: new Map(),
  tape: [],
  dims: new Map(),
  count: 0
})

/** Declares an input. Named dimensions that no earlier input had are read from this one when the graph runs. */
export const input = (graph: Graph, name: string, type: ElementType, shape: Shape): Value => {
  const value: Value = { graph, name, type, shape }
  graph.inputs.push({ name, type, shape })
  shape.forEach((dim, axis) => {
    if (typeof dim === "string" && !graph.dims.has(dim)) graph.dims.set(dim, { source: value, axis })
  })
  return value
}

/** Makes a value an output of the graph, under `name`. Call it when the graph is complete. */
export const output = (value: Value, name: string): void => {
  const { graph } = value
  if (!graph.nodes.some((node) => node.outputs.includes(value.name))) {
    // An input cannot be renamed.
    return output(emit(graph, "Identity", [value], value), name)
  }
  const rename = (names: ReadonlyArray<string>) => names.map((own) => (own === value.name ? name : own))
  graph.nodes.forEach((node, i) => {
    graph.nodes[i] = { ...node, inputs: rename(node.inputs), outputs: rename(node.outputs) }
  })
  value.name = name
  graph.outputs.push({ name, type: value.type, shape: value.shape })
}

interface Result {
  readonly type?: ElementType
  readonly shape: Shape
}

/** Appends one ONNX node. An undefined input is an optional one left out. */
export const emitMany = (
  graph: Graph,
  op: string,
  inputs: ReadonlyArray<Value | undefined>,
  results: ReadonlyArray<Result>,
  attributes: { readonly [name: string]: Attribute } = {},
  domain = ""
): ReadonlyArray<Value> => {
  const values = results.map((result): Value => ({
    graph,
    name: `${op}_${graph.count++}`,
    type: result.type ?? "float32",
    shape: result.shape
  }))
  const names = { inputs: inputs.map((v) => v?.name ?? ""), outputs: values.map((v) => v.name) }
  graph.nodes.push({ op, domain, ...names, attributes })
  return values
}

/** Appends one ONNX node with one output. */
export const emit = (
  graph: Graph,
  op: string,
  inputs: ReadonlyArray<Value | undefined>,
  result: Result,
  attributes: { readonly [name: string]: Attribute } = {},
  domain = ""
): Value => emitMany(graph, op, inputs, [result], attributes, domain)[0]!

/** Puts an operator with one output on the tape. */
export const record = (
  output: Value,
  inputs: ReadonlyArray<Value>,
  pullback: (gradient: Value) => ReadonlyArray<Value | undefined>
): Value => {
  output.graph.tape.push({ inputs, outputs: [output], pullback: ([d]) => pullback(d!) })
  return output
}

const initializer = (graph: Graph, name: string, init: Initializer): Value => {
  if (!graph.initializers.has(name)) graph.initializers.set(name, init)
  return { graph, name, type: init.type, shape: init.shape }
}

/** A float constant. One copy a value is kept. */
export const scalar = (graph: Graph, value: number): Value =>
  initializer(graph, `f_${value}`, { type: "float32", shape: [], data: Float32Array.of(value) })

export const floats = (graph: Graph, name: string, shape: ReadonlyArray<number>, data: Float32Array): Value =>
  initializer(graph, name, { type: "float32", shape, data })

/** An integer constant without dimensions. */
export const int = (graph: Graph, value: number): Value =>
  initializer(graph, `n_${value}`, { type: "int64", shape: [], data: BigInt64Array.of(BigInt(value)) })

export const ints = (graph: Graph, values: ReadonlyArray<number>): Value =>
  initializer(graph, `i_${values.join("_")}`, {
    type: "int64",
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt)
  })

/** The size of a named dimension as a one-element int64 tensor. */
export const dimension = (graph: Graph, name: string): Value => {
  const dim = graph.dims.get(name)
  if (dim === undefined) throw new Error(`dimension ${name} belongs to no input of the graph`)
  if (dim.value === undefined) {
    const shape = emit(graph, "Shape", [dim.source], { type: "int64", shape: [dim.source.shape.length] })
    dim.value = emit(graph, "Gather", [shape, ints(graph, [dim.axis])], { type: "int64", shape: [1] }, { axis: 0 })
  }
  return dim.value
}
