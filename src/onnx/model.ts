/** ONNX models as bytes. */
import type { Dim, ElementType, Shape } from "./shapes.ts"
import * as Protobuf from "./Protobuf.ts"

/** An integer unless wrapped. */
export type Attribute = number | string | ReadonlyArray<number> | { readonly float: number }

export interface OnnxNode {
  readonly op: string
  readonly domain: string
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
  readonly attributes: { readonly [name: string]: Attribute }
}

export interface Port {
  readonly name: string
  readonly type: ElementType
  readonly shape: Shape
}

export interface Initializer {
  readonly type: ElementType
  readonly shape: ReadonlyArray<number>
  readonly data: Float32Array | BigInt64Array | Int32Array
}

/** What a model file says of a graph. */
export interface Contents {
  readonly nodes: ReadonlyArray<OnnxNode>
  readonly inputs: ReadonlyArray<Port>
  readonly outputs: ReadonlyArray<Port>
  readonly initializers: ReadonlyMap<string, Initializer>
}

/** Values of TensorProto.DataType. */
export const dataType: { readonly [type in ElementType]: number } = { float32: 1, int32: 6, int64: 7, bool: 9 }

const attribute = (name: string, value: Attribute): Protobuf.Field => {
  const head = Protobuf.text(1, name)
  if (typeof value === "number") return Protobuf.message(5, head, Protobuf.int(3, value), Protobuf.int(20, 2))
  if (typeof value === "string") return Protobuf.message(5, head, Protobuf.text(4, value), Protobuf.int(20, 3))
  if ("float" in value) return Protobuf.message(5, head, Protobuf.float(2, value.float), Protobuf.int(20, 1))
  return Protobuf.message(5, head, ...value.map((v) => Protobuf.int(8, v)), Protobuf.int(20, 7))
}

const node = (n: OnnxNode, index: number): Protobuf.Field =>
  Protobuf.message(
    1,
    ...n.inputs.map((name) => Protobuf.text(1, name)),
    ...n.outputs.map((name) => Protobuf.text(2, name)),
    Protobuf.text(3, `n${index}`),
    Protobuf.text(4, n.op),
    ...Object.entries(n.attributes).map(([name, value]) => attribute(name, value)),
    ...(n.domain === "" ? [] : [Protobuf.text(7, n.domain)])
  )

const dimension = (dim: Dim): Protobuf.Field =>
  Protobuf.message(1, typeof dim === "number" ? Protobuf.int(1, dim) : Protobuf.text(2, dim))

const port = (field: number, p: Port): Protobuf.Field =>
  Protobuf.message(
    field,
    Protobuf.text(1, p.name),
    Protobuf.message(
      2,
      Protobuf.message(1, Protobuf.int(1, dataType[p.type]), Protobuf.message(2, ...p.shape.map(dimension)))
    )
  )

const tensor = (name: string, init: Initializer): Protobuf.Field =>
  Protobuf.message(
    5,
    ...init.shape.map((dim) => Protobuf.int(1, dim)),
    Protobuf.int(2, dataType[init.type]),
    Protobuf.text(8, name),
    Protobuf.bytes(9, new Uint8Array(init.data.buffer, init.data.byteOffset, init.data.byteLength))
  )

/** The graph as the bytes of an ONNX model (IR version 8, opset 17 and ONNX Runtime's own operators). */
export const encode = (graph: Contents): Uint8Array =>
  Protobuf.concat([
    Protobuf.int(1, 8),
    Protobuf.text(2, "assay"),
    Protobuf.message(
      7,
      ...graph.nodes.map(node),
      Protobuf.text(2, "graph"),
      ...[...graph.initializers].map(([name, init]) => tensor(name, init)),
      ...graph.inputs.map((p) => port(11, p)),
      ...graph.outputs.map((p) => port(12, p))
    ),
    Protobuf.message(8, Protobuf.text(1, ""), Protobuf.int(2, 17)),
    Protobuf.message(8, Protobuf.text(1, "com.microsoft"), Protobuf.int(2, 1))
  ])
