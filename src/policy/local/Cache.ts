import { float32, type Tensor } from "../../onnx/Session.ts"
import { type Architecture, headSize } from "./Architecture.ts"
import { never } from "./pack.ts"

/**
 * Keys and values that running completions have said so far, beside those of their prompts.
 *
 * All of them are equally long, since they start together. What a step adds is written in place; only growing, and filling
 * the gap of a finished row, copies anything.
 */
export interface Cache {
  /** Adds one token's key and value, [rows, keyValueHeads * headSize] a layer, to the first rows. */
  readonly append: (layers: ReadonlyArray<readonly [key: Float32Array, value: Float32Array]>) => void
  /** Copies a row over another one. */
  readonly move: (from: number, to: number) => void
  /** For each layer the keys and values of the first `rows` rows, [rows, keyValueHeads, capacity, headSize]. */
  readonly tensors: (rows: number) => ReadonlyArray<readonly [key: Tensor, value: Tensor]>
  /** [capacity]: 0 for the tokens that are there, far below zero for the others. */
  readonly mask: () => Tensor
}

const firstCapacity = 32

type Pair = readonly [Float32Array, Float32Array]

export const make = (model: Architecture, rows: number): Cache => {
  const size = headSize(model)
  const { keyValueHeads, layers } = model
  const lines = rows * keyValueHeads
  const room = (capacity: number): ReadonlyArray<Pair> =>
    Array.from({ length: layers }, () => [new Float32Array(lines * capacity * size), new Float32Array(lines * capacity * size)])
  let capacity = firstCapacity
  let length = 0
  let buffers = room(capacity)

  /** Doubles the room of every line. */
  const grow = (): void => {
    const old = buffers
    buffers = room(capacity * 2)
    old.forEach((pair, layer) =>
      pair.forEach((from, kind) => {
        for (let line = 0; line < lines; line++) {
          const start = line * capacity * size
          buffers[layer]![kind as 0 | 1].set(from.subarray(start, start + length * size), 2 * start)
        }
      })
    )
    capacity *= 2
  }

  return {
    append: (added) => {
      if (length === capacity) grow()
      added.forEach((pair, layer) =>
        pair.forEach((from, kind) => {
          const to = buffers[layer]![kind as 0 | 1]
          for (let line = 0; line * size < from.length; line++) {
            to.set(from.subarray(line * size, (line + 1) * size), (line * capacity + length) * size)
          }
        })
      )
      length++
    },
    move: (from, to) => {
      const row = keyValueHeads * capacity * size
      for (const pair of buffers) for (const buffer of pair) buffer.copyWithin(to * row, from * row, (from + 1) * row)
    },
    tensors: (count) => {
      const shape = [count, keyValueHeads, capacity, size]
      const numbers = count * keyValueHeads * capacity * size
      return buffers.map(([keys, values]) =>
        [float32(keys.subarray(0, numbers), shape), float32(values.subarray(0, numbers), shape)] as const
      )
    },
    mask: () => float32(new Float32Array(capacity).fill(never, length), [capacity])
  }
}
