/** The keys and values of completions under way. */
import { float32, type Tensor } from "../../../onnx/session.ts"
import { type Architecture, headSize } from "../../../model/architecture.ts"
import { never } from "../graphs/pack.ts"

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
  /** For each layer the keys and values of the first `rows` rows, [rows * keyValueHeads, capacity, headSize]. */
  readonly tensors: (rows: number) => ReadonlyArray<readonly [key: Tensor, value: Tensor]>
  /** [capacity]: 0 for the tokens that are there, far below zero for the others. */
  readonly mask: () => Tensor
}

/** Room for keys and values that outlives a cache, since new memory has to be cleared, paged in and collected each time. */
export interface Memory {
  buffers: ReadonlyArray<Pair>
}

const firstCapacity = 32

type Pair = readonly [Float32Array, Float32Array]

/** As `set` of a `subarray`, without the object, of which there would be thousands a step. */
const copy = (from: Float32Array, start: number, to: Float32Array, at: number, count: number): void => {
  for (let i = 0; i < count; i++) to[at + i] = from[start + i]!
}

/** A cache for up to `most` tokens of each of `rows` completions, in `memory`, which it enlarges where that is too small. */
export const make = (model: Architecture, rows: number, most: number, memory: Memory): Cache => {
  const size = headSize(model)
  const { keyValueHeads, layers } = model
  const lines = rows * keyValueHeads
  const numbers = lines * most * size
  if ((memory.buffers[0]?.[0].length ?? 0) < numbers) {
    memory.buffers = Array.from({ length: layers }, () => [new Float32Array(numbers), new Float32Array(numbers)])
  }
  const { buffers } = memory
  let capacity = Math.min(firstCapacity, most)
  let length = 0
  // What is not there yet is read too, with next to no weight: it must be a number.
  for (const pair of buffers) for (const buffer of pair) buffer.fill(0, 0, lines * capacity * size)

  /** Adds half of the room to the first lines: attention reads all of it, filled or not. */
  const grow = (used: number): void => {
    const larger = Math.min(most, Math.ceil(1.5 * capacity))
    for (const pair of buffers) {
      for (const buffer of pair) {
        for (let line = used - 1; line >= 0; line--) {
          const [from, to] = [line * capacity * size, line * larger * size]
          buffer.copyWithin(to, from, from + length * size)
          buffer.fill(0, to + length * size, to + larger * size)
        }
      }
    }
    capacity = larger
  }

  return {
    append: (added) => {
      if (length === capacity) grow(added[0]![0].length / size)
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
      const shape = [count * keyValueHeads, capacity, size]
      const numbers = count * keyValueHeads * capacity * size
      return buffers.map(([keys, values]) =>
        [float32(keys.subarray(0, numbers), shape), float32(values.subarray(0, numbers), shape)] as const
      )
    },
    mask: () => float32(new Float32Array(capacity).fill(never, length), [capacity])
  }
}
