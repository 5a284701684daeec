/** A large matrix product through ONNX Runtime: what this machine can do at most, by the same library. */
import * as Graph from "../../src/onnx/Graph.ts"
import * as Ops from "../../src/onnx/Ops.ts"
import { compile, float32 } from "../../src/onnx/session.ts"
import * as Measure from "./measure.ts"

const size = 1024

/** Makes a function that runs `repeats` products of 1024 x 1024 x 1024 and returns their operations a second. */
export const make = async (threads: number, repeats: number): Promise<() => Promise<number>> => {
  const graph = Graph.make()
  const a = Graph.input(graph, "a", "float32", [size, size])
  const b = Graph.input(graph, "b", "float32", [size, size])
  Graph.output(Ops.matmul(a, b), "c")
  const session = await compile(graph, threads)
  const matrix = (): ReturnType<typeof float32> =>
    float32(Float32Array.from({ length: size * size }, (_, i) => (i % 7) / 7 - 0.5), [size, size])
  const feeds = { a: matrix(), b: matrix() }
  const fetches = { c: matrix() }
  await session.run(feeds, fetches)
  return async () => {
    const taken = await Measure.seconds(async () => {
      for (let i = 0; i < repeats; i++) await session.run(feeds, fetches)
    })
    return (repeats * 2 * size ** 3) / taken
  }
}
