import { assert, describe, it } from "vitest"
import * as Graph from "../../src/onnx/Graph.ts"
import { gradients } from "../../src/onnx/gradients.ts"
import * as Ops from "../../src/onnx/Ops.ts"
import * as Rows from "../../src/onnx/Rows.ts"
import { compile, float32, int64 } from "../../src/onnx/session.ts"
import * as Random from "../../src/pipeline/Random.ts"

/** Numbers away from zero and from each other's edge cases: |x| in [0.3, 1.3]. */
const numbers = (name: string, size: number): Float32Array => {
  const next = Random.stream(Random.fold(Random.key(7), name))
  return Float32Array.from({ length: size }, () => (next() < 0.5 ? -1 : 1) * (0.3 + next()))
}
const size = (shape: ReadonlyArray<number>): number => shape.reduce((a, b) => a * b, 1)

interface Case {
  readonly inputs: { readonly [name: string]: ReadonlyArray<number> }
  readonly ids?: { readonly [name: string]: ReadonlyArray<number> }
  readonly build: (values: { readonly [name: string]: Graph.Value }) => Graph.Value
}

/**
 * Compares the gradient of sum(seed * f(inputs)) with central differences along a random direction of every input, and
 * returns the largest difference, relative to the size of the derivative (or to 1 where that is smaller).
 */
const worstDifference = async ({ build, ids = {}, inputs }: Case): Promise<number> => {
  const graph = Graph.make()
  const values: { [name: string]: Graph.Value } = {}
  for (const [name, shape] of Object.entries(inputs)) values[name] = Graph.input(graph, name, "float32", shape)
  for (const [name, list] of Object.entries(ids)) values[name] = Graph.input(graph, name, "int64", [list.length])
  const y = build(values)
  const shape = y.shape as ReadonlyArray<number>
  const seed = Graph.input(graph, "seed", "float32", shape)
  const names = Object.keys(inputs)
  const reverse = gradients(y, seed, names.map((name) => values[name]!))
  Graph.output(y, "y")
  reverse.forEach((d, i) => Graph.output(d, `d_${names[i]!}`))
  const session = await compile(graph, 1)

  const at: { [name: string]: Float32Array } = {}
  for (const name of names) at[name] = numbers(name, size(inputs[name]!))
  const seedData = numbers("seed", size(shape))
  const run = async (point: { readonly [name: string]: Float32Array }) => {
    const feeds: { [name: string]: ReturnType<typeof float32> } = { seed: float32(seedData, shape) }
    for (const name of names) feeds[name] = float32(point[name]!, inputs[name]!)
    for (const [name, list] of Object.entries(ids)) feeds[name] = int64(list)
    return session.run(feeds)
  }
  const loss = (out: Awaited<ReturnType<typeof run>>): number =>
    (out.y!.data as Float32Array).reduce((sum, value, i) => sum + value * seedData[i]!, 0)

  const here = await run(at)
  const epsilon = 1e-2
  let worst = 0
  for (const name of names) {
    const direction = numbers(`${name} direction`, size(inputs[name]!))
    const shifted = (sign: number) => ({ ...at, [name]: at[name]!.map((x, i) => x + sign * epsilon * direction[i]!) })
    const measured = (loss(await run(shifted(1))) - loss(await run(shifted(-1)))) / (2 * epsilon)
    const derived = (here[`d_${name}`]!.data as Float32Array).reduce((sum, d, i) => sum + d * direction[i]!, 0)
    worst = Math.max(worst, Math.abs(measured - derived) / Math.max(1, Math.abs(derived)))
  }
  return worst
}

const angles = (graph: Graph.Graph, rows: number, half: number): Ops.Rotation => {
  const turn = numbers("angles", rows * half)
  return {
    cos: Graph.floats(graph, "cos", [rows, half], turn.map(Math.cos)),
    sin: Graph.floats(graph, "sin", [rows, half], turn.map(Math.sin)),
    row: Ops.reshape(Graph.ints(graph, [...Array(rows).keys()]), [1, rows])
  }
}

/** Hides the last key from the first query. */
const mask = (graph: Graph.Graph, queries: number, keys: number): Graph.Value =>
  Graph.floats(graph, "mask", [queries, keys], new Float32Array(queries * keys).fill(-1e9, keys - 1, keys))

const cases: { readonly [name: string]: Case } = {
  add: { inputs: { a: [2, 3], b: [2, 3] }, build: ({ a, b }) => Ops.add(a!, b!) },
  "add, broadcast": { inputs: { a: [2, 3], b: [3] }, build: ({ a, b }) => Ops.add(a!, b!) },
  "add, both broadcast": { inputs: { a: [2, 1, 3], b: [4, 1] }, build: ({ a, b }) => Ops.add(a!, b!) },
  subtract: { inputs: { a: [2, 3], b: [1, 3] }, build: ({ a, b }) => Ops.subtract(a!, b!) },
  multiply: { inputs: { a: [2, 3], b: [2, 1] }, build: ({ a, b }) => Ops.multiply(a!, b!) },
  "multiply by itself": { inputs: { a: [2, 3] }, build: ({ a }) => Ops.multiply(a!, a!) },
  negate: { inputs: { a: [4] }, build: ({ a }) => Ops.negate(a!) },
  scale: { inputs: { a: [4] }, build: ({ a }) => Ops.scale(a!, 2.5) },
  swiglu: { inputs: { a: [3, 4], b: [3, 4] }, build: ({ a, b }) => Ops.swiglu(a!, b!) },
  gelu: { inputs: { a: [3, 4] }, build: ({ a }) => Ops.gelu(a!) },
  "reduceSum, kept": { inputs: { a: [2, 3, 4] }, build: ({ a }) => Ops.reduceSum(a!, [1]) },
  "reduceSum, dropped": { inputs: { a: [2, 3, 4] }, build: ({ a }) => Ops.reduceSum(a!, [0, 2], false) },
  meanLast: { inputs: { a: [2, 5] }, build: ({ a }) => Ops.meanLast(a!) },
  reshape: { inputs: { a: [2, 6] }, build: ({ a }) => Ops.reshape(a!, [3, 4]) },
  transpose: { inputs: { a: [2, 3, 4] }, build: ({ a }) => Ops.transpose(a!, [2, 0, 1]) },
  concat: { inputs: { a: [2, 3], b: [2, 1] }, build: ({ a, b }) => Ops.concat([a!, b!], 1) },
  "split, every piece used": {
    inputs: { a: [2, 5] },
    build: ({ a }) => {
      const [left, right] = Ops.split(a!, 1, [2, 3])
      return Ops.matmul(Ops.transpose(left!, [1, 0]), right!)
    }
  },
  "split, one piece used": { inputs: { a: [2, 5] }, build: ({ a }) => Ops.gelu(Ops.split(a!, 1, [2, 3])[1]!) },
  matmul: { inputs: { a: [2, 3, 4], b: [2, 4, 5] }, build: ({ a, b }) => Ops.matmul(a!, b!) },
  "matmul, broadcast": { inputs: { a: [2, 3, 4], b: [1, 4, 5] }, build: ({ a, b }) => Ops.matmul(a!, b!) },
  matmulTransposed: { inputs: { a: [2, 3, 4], b: [2, 5, 4] }, build: ({ a, b }) => Ops.matmulTransposed(a!, b!) },
  "matmulTransposed, broadcast": {
    inputs: { a: [2, 3, 4], b: [1, 5, 4] },
    build: ({ a, b }) => Ops.matmulTransposed(a!, b!)
  },
  linear: { inputs: { x: [3, 4], w: [5, 4] }, build: ({ w, x }) => Ops.linear(x!, w!) },
  "linear with bias": { inputs: { x: [3, 4], w: [5, 4], b: [5] }, build: ({ b, w, x }) => Ops.linear(x!, w!, b!) },
  softmax: { inputs: { a: [2, 4] }, build: ({ a }) => Ops.softmax(a!) },
  attend: {
    inputs: { s: [2, 3, 4], v: [2, 4, 5] },
    build: ({ s, v }) => Ops.attend(s!, v!, mask(s!.graph, 3, 4), [2, 3])
  },
  "attend, masked under another shape and with values that are shared": {
    inputs: { s: [2, 2, 6, 4], v: [2, 1, 4, 5] },
    build: ({ s, v }) => Ops.attend(s!, v!, mask(s!.graph, 3, 4), [2, 2, 2, 3])
  },
  expand: { inputs: { x: [2, 1, 3] }, build: ({ x }) => Ops.expand(x!, [2, 4, 3]) },
  rmsNorm: { inputs: { x: [3, 6], w: [6] }, build: ({ w, x }) => Ops.rmsNorm(x!, w!, 1e-6) },
  rotary: { inputs: { x: [3, 16] }, build: ({ x }) => Ops.rotary(x!, angles(x!.graph, 3, 4)) },
  place: {
    inputs: { x: [3, 2] },
    ids: { index: [2, -1, 0, -1], inverse: [2, -1, 0] },
    build: ({ index, inverse, x }) => Rows.place(x!, index!, inverse!)
  },
  "toGrid and fromGrid": {
    inputs: { x: [3, 2] },
    ids: { index: [2, -1, 0, 1], inverse: [2, 3, 0] },
    build: ({ index, inverse, x }) => Rows.fromGrid(Ops.gelu(Rows.toGrid(x!, index!, inverse!)), index!, inverse!)
  },
  tokenLogProbability: {
    inputs: { logits: [3, 4] },
    ids: { targets: [1, 3, 1] },
    build: ({ logits, targets }) => Ops.tokenLogProbability(logits!, targets!)
  }
}

describe("every operator's gradient equals its finite difference", () => {
  for (const [name, one] of Object.entries(cases)) {
    it(name, async () => assert.isBelow(await worstDifference(one), 2e-3))
  }
})

describe("gradients", () => {
  it("adds up over every path that leads to the output", async () => {
    const worst = await worstDifference({
      inputs: { x: [2, 3] },
      build: ({ x }) => Ops.add(Ops.multiply(x!, Ops.gelu(x!)), Ops.softmax(x!))
    })
    assert.isBelow(worst, 2e-3)
  })

  it("refuses an input that does not lead to the output", () => {
    const graph = Graph.make()
    const a = Graph.input(graph, "a", "float32", [2])
    const b = Graph.input(graph, "b", "float32", [2])
    assert.throws(() => gradients(Ops.gelu(a), a, [b]), "b does not lead to")
  })

  it("names both shapes when operands do not fit", () => {
    const graph = Graph.make()
    const a = Graph.input(graph, "a", "float32", [2, 3])
    const b = Graph.input(graph, "b", "float32", [4, 5])
    assert.throws(() => Ops.add(a, b), "[2, 3] and [4, 5]")
    assert.throws(() => Ops.matmul(a, b), "[2, 3] and [4, 5]")
  })
})
