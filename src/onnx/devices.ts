/** What graphs can be computed on. Apart from the sessions, so that naming a device loads no runtime. */

/** The CPU, a GPU through WebGPU (inside onnxruntime-node), or an NVIDIA GPU where CUDA is installed. */
export const devices = ["cpu", "webgpu", "cuda"] as const

export type Device = typeof devices[number]
