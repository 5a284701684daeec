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

/** As `set` of a `subarray`, without the object, of which there would be thousands a step. */
const copy = (from: Float32Array, start: number, to: Float32Array, at: number, count: number): void => {
  for (let i = 0; i < count; i++) to[at + i] = from[start + i]!
}

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

  /** Adds half of the room to every line: attention reads all of it, filled or not. */
  const grow = (): void => {
    const old = buffers
    const larger = Math.ceil(1.5 * capacity)
    buffers = room(larger)
    old.forEach((pair, layer) =>
      pair.forEach((from, kind) => {
        const to = buffers[layer]![kind as 0 | 1]
        for (let line = 0; line < lines; line++) copy(from, line * capacity * size, to, line * larger * size, length * size)
      })
    )
    capacity = larger
  }

  return {
    append: (added) => {
      if (length === capacity) grow()
      added.forEach((pair, layer) =>
        pair.forEach((from, kind) => {
          const to = buffers[layer]![kind as 0 | 1]
          for (let line = 0; line * size < from.length; line++) {
            copy(from, line * size, to, (line * capacity + length) * size, size)
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
