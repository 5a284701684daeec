/** Numbers as the bytes that the Tinker protocol packs them into: little-endian, whatever machine this is. */
import type { TensorMessage } from "./messages.ts"

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const read = (bytes: Uint8Array, width: number, at: (view: DataView, offset: number) => number): ReadonlyArray<number> => {
  if (bytes.length % width !== 0) throw new RangeError(`${bytes.length} bytes are no numbers of ${width} bytes each`)
  const numbers = view(bytes)
  return Array.from({ length: bytes.length / width }, (_, i) => at(numbers, width * i))
}

const write = (
  values: ArrayLike<number>,
  width: number,
  put: (view: DataView, offset: number, value: number) => void
): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(width * values.length)
  const numbers = view(bytes)
  for (let i = 0; i < values.length; i++) put(numbers, width * i, values[i]!)
  return bytes
}

export const int32 = {
  read: (bytes: Uint8Array) => read(bytes, 4, (numbers, at) => numbers.getInt32(at, true)),
  write: (values: ArrayLike<number>) => write(values, 4, (numbers, at, value) => numbers.setInt32(at, value, true))
}

/** Of numbers that a double holds. */
export const int64 = {
  read: (bytes: Uint8Array) => read(bytes, 8, (numbers, at) => Number(numbers.getBigInt64(at, true))),
  write: (values: ArrayLike<number>) => write(values, 8, (numbers, at, value) => numbers.setBigInt64(at, BigInt(value), true))
}

export const float32 = {
  read: (bytes: Uint8Array) => read(bytes, 4, (numbers, at) => numbers.getFloat32(at, true)),
  write: (values: ArrayLike<number>) => write(values, 4, (numbers, at, value) => numbers.setFloat32(at, value, true))
}

const readers = { DTYPE_FLOAT32: float32.read, DTYPE_INT64: int64.read, DTYPE_INT32: int32.read } as const

/** The numbers of a dense tensor, in order. Throws where it is none, or its type is not spoken here. */
export const numbersOf = ({ dense, dtype, sparse_csr }: TensorMessage): ReadonlyArray<number> => {
  if (sparse_csr !== undefined) throw new RangeError("sparse tensors are not read here; send it dense")
  const reader = readers[dtype as keyof typeof readers]
  if (reader === undefined) throw new RangeError(`tensors of ${dtype} are not read here; send float32 or int64`)
  return reader(dense ?? new Uint8Array())
}

/** A dense tensor of one axis. */
export const tensorMessageOf = (values: ArrayLike<number>, dtype: "DTYPE_FLOAT32" | "DTYPE_INT64"): TensorMessage => ({
  dense: (dtype === "DTYPE_INT64" ? int64 : float32).write(values),
  dtype,
  shape: [values.length]
})
