import { float32, type Tensor } from "../../onnx/Session.ts"
import { type Architecture, headSize } from "./Architecture.ts"

/**
 * Keys and values of running completions, [rows, keyValueHeads, capacity, headSize] a layer.
 *
 * The sessions extend it in place; only starting a row and filling the gap of a finished one copy anything.
 */
export interface Cache {
  /** Gives row `row` the prompt `prompt` of the prefill's outputs [prompts, keyValueHeads, length, headSize]. */
  readonly start: (row: number, layers: ReadonlyArray<readonly [key: Tensor, value: Tensor]>, prompt: number) => void
  /** Copies the first `length` tokens of a row over another row. */
  readonly move: (from: number, to: number, length: number) => void
  /** Tensors of the first `rows` rows: a key and a value for each layer. */
  readonly tensors: (rows: number) => ReadonlyArray<readonly [key: Tensor, value: Tensor]>
}

export const make = (model: Architecture, rows: number, capacity: number): Cache => {
  const size = headSize(model)
  const { keyValueHeads, layers } = model
  const block = capacity * size
  const row = keyValueHeads * block
  const buffers = Array.from(
    { length: layers },
    () => [new Float32Array(rows * row), new Float32Array(rows * row)] as const
  )
  return {
    start: (to, outputs, prompt) =>
      outputs.forEach((pair, layer) =>
        pair.forEach((tensor, kind) => {
          const data = tensor.data as Float32Array
          const length = tensor.dims[2]! * size
          for (let head = 0; head < keyValueHeads; head++) {
            const from = (prompt * keyValueHeads + head) * length
            buffers[layer]![kind as 0 | 1].set(data.subarray(from, from + length), to * row + head * block)
          }
        })
      ),
    move: (from, to, length) => {
      for (const pair of buffers) {
        for (const buffer of pair) {
          for (let head = 0; head < keyValueHeads; head++) {
            const start = from * row + head * block
            buffer.copyWithin(to * row + head * block, start, start + length * size)
          }
        }
      }
    },
    tensors: (count) => {
      const shape = [count, keyValueHeads, capacity, size]
      return buffers.map(([keys, values]) =>
        [float32(keys.subarray(0, count * row), shape), float32(values.subarray(0, count * row), shape)] as const
      )
    }
  }
}
