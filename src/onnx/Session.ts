import { InferenceSession, Tensor } from "onnxruntime-node"
import type { Graph } from "./Graph.ts"
import { encode } from "./model.ts"

export type Session = InferenceSession
export { Tensor }

/**
 * Compiles a graph for the CPU with `threads` threads.
 *
 * Running a session blocks the calling thread for its whole duration: sessions belong into worker threads.
 */
export const compile = (graph: Graph, threads: number): Promise<Session> =>
  InferenceSession.create(encode(graph), {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3
  })

export const float32 = (data: Float32Array, dims: ReadonlyArray<number>): Tensor =>
  new Tensor("float32", data as Float32Array<ArrayBuffer>, dims)

export const int64 = (values: ArrayLike<number>, dims: ReadonlyArray<number> = [values.length]): Tensor =>
  new Tensor("int64", BigInt64Array.from(values as ArrayLike<number> & Iterable<number>, BigInt), dims)

export const int32 = (values: ArrayLike<number>, dims: ReadonlyArray<number> = [values.length]): Tensor =>
  new Tensor("int32", Int32Array.from(values), dims)
