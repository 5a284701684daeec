/**
 * Differentiable operators: each appends the ONNX nodes of its value and records how its gradient is pulled back.
 *
 * Shapes are tracked while building, so that a mistake is an error here and not in the middle of a run. No operator
 * scatters with addition: ONNX Runtime's ScatterND gives other bits from run to run with two threads.
 */
import { dimension, emit, emitMany, type Dim, type Graph, ints, record, scalar, type Shape, type Value } from "./Graph.ts"
import { broadcast, repeatedAxes, same } from "./shapes.ts"

const binary = (op: string, a: Value, b: Value): Value => emit(a.graph, op, [a, b], { shape: broadcast(a.shape, b.shape) })
const unary = (op: string, x: Value): Value => emit(x.graph, op, [x], { type: x.type, shape: x.shape })

/** Undoes broadcasting: sums a gradient over the axes along which the operand was repeated. */
const unbroadcast = (gradient: Value, shape: Shape): Value => {
  if (same(gradient.shape, shape)) return gradient
  return reshape(reduceSum(gradient, repeatedAxes(shape, gradient.shape)), shape)
}

export const add = (a: Value, b: Value): Value =>
  record(binary("Add", a, b), [a, b], (d) => [unbroadcast(d, a.shape), unbroadcast(d, b.shape)])

export const subtract = (a: Value, b: Value): Value =>
  record(binary("Sub", a, b), [a, b], (d) => [unbroadcast(d, a.shape), unbroadcast(negate(d), b.shape)])

export const multiply = (a: Value, b: Value): Value =>
  record(binary("Mul", a, b), [a, b], (d) => [
    unbroadcast(multiply(d, b), a.shape),
    unbroadcast(multiply(d, a), b.shape)
  ])

export const negate = (x: Value): Value => record(unary("Neg", x), [x], (d) => [negate(d)])

export const scale = (x: Value, factor: number): Value => multiply(x, scalar(x.graph, factor))

/** gate * sigmoid(gate) * up. Source: Shazeer, arXiv 2002.05202, "SwiGLU" with beta 1. */
export const swiglu = (gate: Value, up: Value): Value => {
  const s = unary("Sigmoid", gate)
  const silu = binary("Mul", gate, s)
  const y = binary("Mul", silu, up)
  // silu' = s + silu (1 - s), which times `up` is y + s (up - y).
  return record(y, [gate, up], (d) => [multiply(d, add(y, multiply(s, subtract(up, y)))), multiply(d, silu)])
}

/** Gaussian error linear unit, exact. Source: Hendrycks and Gimpel, arXiv 1606.08415. */
export const gelu = (x: Value): Value => {
  const cdf = scale(add(unary("Erf", scale(x, Math.SQRT1_2)), scalar(x.graph, 1)), 0.5)
  return record(binary("Mul", x, cdf), [x], (d) => {
    const density = scale(unary("Exp", scale(multiply(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
    return [multiply(d, add(cdf, multiply(x, density)))]
  })
}

const expandTo = (x: Value, size: Value, shape: Shape): Value =>
  record(emit(x.graph, "Expand", [x, size], { shape }), [x], (d) => [unbroadcast(d, x.shape)])

/** Repeats dimensions of size 1 until `x` is as large as `like`. */
const expandLike = (x: Value, like: Value): Value => (same(x.shape, like.shape) ? x : expandTo(x, shapeOf(like), like.shape))

/** Repeats dimensions of size 1 until `x` has the given shape, whose named dimensions belong to inputs of the graph. */
export const expand = (x: Value, shape: Shape): Value => expandTo(x, shapeTensor(x.graph, shape), shape)

/** Sum over axes, which stay as dimensions of size 1 or vanish. */
export const reduceSum = (x: Value, axes: ReadonlyArray<number>, keepDims = true): Value => {
  const kept = x.shape.map((dim, axis): Dim => (axes.includes(axis) ? 1 : dim))
  const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis))
  const y = emit(x.graph, "ReduceSum", [x, ints(x.graph, axes)], { shape }, { keepdims: keepDims ? 1 : 0 })
  return record(y, [x], (d) => [expandLike(keepDims ? d : reshape(d, kept), x)])
}

/** Mean over the last axis, kept as a dimension of size 1. */
export const meanLast = (x: Value): Value => {
  const size = x.shape.at(-1)!
  if (typeof size !== "number") throw new Error("meanLast needs a known last dimension")
  const shape = [...x.shape.slice(0, -1), 1]
  const y = emit(x.graph, "ReduceMean", [x], { shape }, { axes: [x.shape.length - 1], keepdims: 1 })
  return record(y, [x], (d) => [expandLike(scale(d, 1 / size), x)])
}

const shapeTensor = (graph: Graph, shape: Shape): Value =>
  shape.every((dim) => typeof dim === "number")
    ? ints(graph, shape)
    : emit(
      graph,
      "Concat",
      shape.map((dim) =>
        typeof dim === "number" ? ints(graph, [dim]) : graph.dims.has(dim) ? dimension(graph, dim) : ints(graph, [-1])
      ),
      { type: "int64", shape: [shape.length] },
      { axis: 0 }
    )

/** What `x` was before it was last given another shape, so that shapes which nobody asks for are not made. */
const sameNumbers = (x: Value): Value => {
  const node = x.graph.nodes.findLast(({ outputs }) => outputs.includes(x.name))
  return node !== undefined && ["Reshape", "Squeeze", "Unsqueeze"].includes(node.op) ? { ...x, name: node.inputs[0]! } : x
}

/**
 * The same numbers under another shape. A dimension that belongs to no input of the graph may stand there once: it takes
 * what is left over.
 */
export const reshape = (x: Value, shape: Shape): Value => {
  if (same(x.shape, shape)) return x
  const y = emit(x.graph, "Reshape", [sameNumbers(x), shapeTensor(x.graph, shape)], { type: x.type, shape })
  return record(y, [x], (d) => [emit(x.graph, "Reshape", [d, shapeOf(x)], { shape: x.shape })])
}

export const transpose = (x: Value, order: ReadonlyArray<number>): Value => {
  const y = emit(x.graph, "Transpose", [x], { shape: order.map((axis) => x.shape[axis]!) }, { perm: order })
  const inverse = order.map((_, axis) => order.indexOf(axis))
  return record(y, [x], (d) => [transpose(d, inverse)])
}

/** Joins along an axis. `joined` names the size of that axis when it is not a sum of known numbers. */
export const concat = (values: ReadonlyArray<Value>, axis: number, joined?: string): Value => {
  const first = values[0]!
  const sizes = values.map((value) => value.shape[axis]!)
  const total = sizes.every((size) => typeof size === "number")
    ? sizes.reduce((sum: number, size) => sum + (size as number), 0)
    : joined ?? sizes.join("+")
  const shape = first.shape.map((dim, i) => (i === axis ? total : dim))
  const y = emit(first.graph, "Concat", values, { shape }, { axis })
  return record(y, values, (d) => pieces(d, axis, values))
}

/** Cuts `x` along an axis into pieces of the given sizes, known or named by an input of the graph. */
export const split = (x: Value, axis: number, sizes: ReadonlyArray<Dim>): ReadonlyArray<Value> => {
  const known = sizes.map((size) => (typeof size === "number" ? ints(x.graph, [size]) : dimension(x.graph, size)))
  const outputs = cut(x, axis, sizes, known)
  const joined = (d: ReadonlyArray<Value | undefined>) => outputs.map((piece, i) => d[i] ?? zerosLike(piece))
  x.graph.tape.push({
    inputs: [x],
    outputs,
    pullback: (d) => [emit(x.graph, "Concat", joined(d), { shape: x.shape }, { axis })]
  })
  return outputs
}

/** Cuts `x` along an axis where `like`, joined, would have been joined. */
const pieces = (x: Value, axis: number, like: ReadonlyArray<Value>): ReadonlyArray<Value> =>
  cut(x, axis, like.map((value) => value.shape[axis]!), like.map((value) => axisSize(value, axis)))

const cut = (x: Value, axis: number, dims: ReadonlyArray<Dim>, sizes: ReadonlyArray<Value>): ReadonlyArray<Value> => {
  const all = emit(x.graph, "Concat", sizes, { type: "int64", shape: [sizes.length] }, { axis: 0 })
  const shapes = dims.map((dim) => ({ shape: x.shape.map((own, i) => (i === axis ? dim : own)) }))
  return emitMany(x.graph, "Split", [x, all], shapes, { axis })
}

const shapeOf = (x: Value): Value => emit(x.graph, "Shape", [x], { type: "int64", shape: [x.shape.length] })

const axisSize = (x: Value, axis: number): Value =>
  emit(x.graph, "Gather", [shapeOf(x), ints(x.graph, [axis])], { type: "int64", shape: [1] }, { axis: 0 })

const zerosLike = (x: Value): Value => emit(x.graph, "ConstantOfShape", [shapeOf(x)], { shape: x.shape })

/** Matrix product over the last two axes, the others broadcast, of either side as it is or transposed. */
const product = (a: Value, b: Value, transA: 0 | 1, transB: 0 | 1): Value => {
  const [rows, inner] = transA === 1 ? [-1, -2] : [-2, -1]
  const [innerB, columns] = transB === 1 ? [-1, -2] : [-2, -1]
  if (a.shape.at(inner) !== b.shape.at(innerB)) {
    throw new Error(`matmul of [${a.shape.join(", ")}] and [${b.shape.join(", ")}]`)
  }
  const shape = [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), a.shape.at(rows)!, b.shape.at(columns)!]
  return transA + transB === 0
    ? emit(a.graph, "MatMul", [a, b], { shape })
    : emit(a.graph, "FusedMatMul", [a, b], { shape }, { transA, transB }, "com.microsoft")
}

/** a [..., rows, inner] times b [..., inner, columns], leading axes broadcast. */
export const matmul = (a: Value, b: Value): Value =>
  record(product(a, b, 0, 0), [a, b], (d) => [
    unbroadcast(product(d, b, 0, 1), a.shape),
    unbroadcast(product(a, d, 1, 0), b.shape)
  ])

/** a [..., rows, inner] times the transpose of b [..., columns, inner], leading axes broadcast. */
export const matmulTransposed = (a: Value, b: Value): Value =>
  record(product(a, b, 0, 1), [a, b], (d) => [
    unbroadcast(product(d, b, 0, 0), a.shape),
    unbroadcast(product(d, a, 1, 0), b.shape)
  ])

const gemm = (a: Value, b: Value, transA: 0 | 1, transB: 0 | 1, bias?: Value): Value =>
  emit(
    a.graph,
    "Gemm",
    bias === undefined ? [a, b] : [a, b, bias],
    { shape: [a.shape[transA === 1 ? 1 : 0]!, b.shape[transB === 1 ? 0 : 1]!] },
    { transA, transB }
  )

/** x [rows, in] times the transpose of weight [out, in], plus bias [out]: [rows, out]. */
export const linear = (x: Value, weight: Value, bias?: Value): Value =>
  record(gemm(x, weight, 0, 1, bias), bias === undefined ? [x, weight] : [x, weight, bias], (d) => [
    gemm(d, weight, 0, 0),
    gemm(d, x, 1, 0),
    bias === undefined ? undefined : reduceSum(d, [0], false)
  ])

/** Softmax over the last axis. */
export const softmax = (x: Value): Value => {
  const y = emit(x.graph, "Softmax", [x], { shape: x.shape }, { axis: -1 })
  return record(y, [x], (d) => {
    const dy = multiply(d, y)
    return [subtract(dy, multiply(y, reduceSum(dy, [x.shape.length - 1])))]
  })
}

/**
 * Softmax over the last axis, without a reverse of its own, of scores of which some are masked, that is far below the others.
 *
 * What is more than 50 below the largest of its row is raised to that. It weighs 2e-22 then, nothing beside the largest, and
 * is no denormal number, with which processors compute ten times as slowly.
 */
export const softmaxOfMasked = (x: Value): Value => {
  const { graph } = x
  const most = emit(graph, "ReduceMax", [x], { shape: [...x.shape.slice(0, -1), 1] }, { axes: [x.shape.length - 1], keepdims: 1 })
  const bounded = emit(graph, "Max", [x, binary("Sub", most, scalar(graph, 50))], { shape: x.shape })
  return emit(graph, "Softmax", [bounded], { shape: x.shape }, { axis: -1 })
}

/**
 * Attention: softmax of scores [..., queries, keys] + mask, then the sum of values [..., keys, size] by these weights,
 * [..., queries, size]. `mask` broadcasts to the scores under the shape [...places, keys].
 *
 * The reverse needs sum(weights * d weights) for every query, which is sum(d * result): Dao et al., arXiv 2205.14135, eq. 4.
 */
export const attend = (scores: Value, values: Value, mask: Value, places: Shape): Value => {
  const { graph } = scores
  const as = (x: Value, shape: Shape): Value =>
    same(x.shape, shape) ? x : emit(graph, "Reshape", [x, shapeTensor(graph, shape)], { shape })
  const masked = binary("Add", as(scores, [...places, scores.shape.at(-1)!]), mask)
  const weights = as(softmaxOfMasked(masked), scores.shape)
  const y = product(weights, values, 0, 0)
  return record(y, [scores, values], (d) => {
    const along = reduceSum(multiply(d, y), [y.shape.length - 1])
    return [
      multiply(weights, subtract(product(d, values, 0, 1), along)),
      unbroadcast(product(weights, d, 1, 0), values.shape)
    ]
  })
}

/**
 * x / rms(x) * weight over the last axis.
 *
 * Source: Zhang and Sennrich, arXiv 1910.07467.
 */
export const rmsNorm = (x: Value, weight: Value, epsilon: number): Value => {
  const shapes = [{ shape: x.shape }, { shape: [...x.shape.slice(0, -1), 1] }]
  const [y, inverse] = emitMany(x.graph, "SimplifiedLayerNormalization", [x, weight], shapes, {
    axis: -1,
    epsilon: { float: epsilon }
  })
  return record(y!, [x, weight], (d) => {
    const normal = multiply(x, inverse!)
    const dn = multiply(d, weight)
    const mean = meanLast(multiply(dn, normal))
    return [multiply(subtract(dn, multiply(normal, mean)), inverse!), unbroadcast(multiply(d, normal), weight.shape)]
  })
}

/** Rotary embedding of x [rows, heads * headSize] by angle tables [rows, headSize / 2]; `row` is 0..rows-1 as [1, rows]. */
export interface Rotation {
  readonly cos: Value
  readonly sin: Value
  readonly row: Value
}

/** Source: Su et al., arXiv 2104.09864, in the half-and-half layout of Hugging Face. The reverse turns backwards. */
export const rotary = (x: Value, rotation: Rotation): Value => {
  const batched = emit(x.graph, "Unsqueeze", [x, ints(x.graph, [0])], { shape: [1, ...x.shape] })
  const turned = emit(
    x.graph,
    "RotaryEmbedding",
    [batched, rotation.row, rotation.cos, rotation.sin],
    { shape: batched.shape },
    { interleaved: 0 },
    "com.microsoft"
  )
  const y = emit(x.graph, "Squeeze", [turned, ints(x.graph, [0])], { shape: x.shape })
  return record(y, [x], (d) => [rotary(d, { ...rotation, sin: negate(rotation.sin) })])
}

/** log softmax of logits [rows, entries] at `targets` [rows]: [rows]. */
export const tokenLogProbability = (logits: Value, targets: Value): Value => {
  const graph = logits.graph
  const all = emit(graph, "LogSoftmax", [logits], { shape: logits.shape }, { axis: -1 })
  const column = reshape(targets, [...targets.shape, 1])
  const chosen = emit(graph, "GatherElements", [all, column], { shape: [...targets.shape, 1] }, { axis: 1 })
  const y = emit(graph, "Squeeze", [chosen, ints(graph, [1])], { shape: targets.shape })
  return record(y, [logits], (d) => {
    const weight = emit(graph, "Unsqueeze", [d, ints(graph, [1])], { shape: [...d.shape, 1] })
    const down = multiply(unary("Exp", all), negate(weight))
    // One place a row, so nothing depends on the order of additions.
    const place = { axis: 1, reduction: "add" }
    return [emit(graph, "ScatterElements", [down, column, weight], { shape: logits.shape }, place)]
  })
}
