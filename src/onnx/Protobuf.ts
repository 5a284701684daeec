/**
 * Just enough of the protocol-buffer wire format to write an ONNX model.
 *
 * Source: protobuf.dev, "Encoding". Field numbers of the messages are in onnx.proto of the ONNX project.
 */
export type Field = Uint8Array

const varint = (value: bigint): Array<number> => {
  const bytes: Array<number> = []
  let rest = BigInt.asUintN(64, value)
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return bytes
}

const tag = (field: number, wireType: number): Array<number> => varint(BigInt((field << 3) | wireType))

/** Joins byte arrays into one. */
export const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

export const int = (field: number, value: number | bigint): Field =>
  Uint8Array.from([...tag(field, 0), ...varint(BigInt(value))])

export const float = (field: number, value: number): Field => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return concat([Uint8Array.from(tag(field, 5)), bytes])
}

export const bytes = (field: number, value: Uint8Array): Field =>
  concat([Uint8Array.from([...tag(field, 2), ...varint(BigInt(value.length))]), value])

export const text = (field: number, value: string): Field => bytes(field, new TextEncoder().encode(value))

export const message = (field: number, ...fields: ReadonlyArray<Field>): Field => bytes(field, concat(fields))
