/** Sessions: graphs as ONNX Runtime executes them, and their tensors. */
import { InferenceSession, Tensor } from "onnxruntime-node"
import type { Device } from "./devices.ts"
import { emit, type Graph, input, make, output } from "./Graph.ts"
import { encode } from "./model.ts"

export type Session = InferenceSession
export { Tensor }

/**
 * Compiles a graph for `device`, with `threads` threads for what runs on the CPU.
 *
 * Running a session blocks the calling thread for its whole duration: sessions belong into worker threads.
 */
export const compile = (graph: Graph, threads: number, device: Device = "cpu"): Promise<Session> =>
  InferenceSession.create(encode(graph), {
    executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // Plans of memory are made for exact shapes and kept; lengths vary from batch to batch, so they would only take room.
    enableMemPattern: false,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3
  })

const remedies: { readonly [device in Exclude<Device, "cpu">]: string } = {
  webgpu: "WebGPU needs a GPU and its driver (on Linux the Vulkan loader, libvulkan1)",
  cuda: "CUDA needs an NVIDIA GPU, CUDA 12 with cuDNN 9, and the files that onnxruntime-node's install script fetches " +
    "(npx node node_modules/onnxruntime-node/script/install.js)"
}

/** Throws an error with a remedy when this machine cannot compute on `device`. */
export const requireDevice = async (device: Device): Promise<void> => {
  if (device === "cpu") return
  const graph = make()
  output(emit(graph, "Identity", [input(graph, "x", "float32", [1])], { shape: [1] }), "y")
  try {
    await compile(graph, 1, device)
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : String(cause)).trim().split("\n").at(-1)!.replace(/^.*was false\. /, "")
    throw new Error(`Device "${device}" cannot be used on this machine (${why}). ${remedies[device]}; or say device: "cpu".`)
  }
}

export const float32 = (data: Float32Array, dims: ReadonlyArray<number>): Tensor =>
  new Tensor("float32", data as Float32Array<ArrayBuffer>, dims)

/** Integers below 2^31 in size. Written as halves, since turning each into a BigInt takes ten times as long. */
export const int64 = (values: ArrayLike<number>, dims: ReadonlyArray<number> = [values.length]): Tensor => {
  const halves = new Int32Array(2 * values.length)
  for (let i = 0; i < values.length; i++) {
    halves[2 * i] = values[i]!
    halves[2 * i + 1] = values[i]! < 0 ? -1 : 0
  }
  return new Tensor("int64", new BigInt64Array(halves.buffer), dims)
}
