/** Conversions between 32-bit floats and the 16-bit formats of weight files, to nearest with ties to even. */

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

const float32 = (pattern: number): number => {
  bits[0] = pattern
  return float[0]!
}

/** Adds to `value >>> shift` what rounding to nearest, ties to even, demands of the bits shifted out. */
const shiftRounding = (value: number, shift: number): number => {
  const kept = value >>> shift
  const rest = value & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept
}

const bfloat16Bits = (value: number): number => {
  float[0] = value
  const pattern = bits[0]!
  if (Number.isNaN(value)) return (pattern >>> 16) | 0x40
  return shiftRounding(pattern, 16)
}

const float16Bits = (value: number): number => {
  float[0] = value
  const pattern = bits[0]!
  const sign = (pattern >>> 16) & 0x8000
  const exponent = ((pattern >>> 23) & 0xff) - 127
  const fraction = pattern & 0x7fffff
  if (exponent === 128) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200 | (fraction >>> 13))
  if (exponent > 15) return sign | 0x7c00
  // Rounding up may carry into the exponent, which is right: the next binade, or infinity.
  if (exponent >= -14) return sign | shiftRounding(((exponent + 15) << 23) | fraction, 13)
  if (exponent < -25) return sign
  return sign | shiftRounding(0x800000 | fraction, -1 - exponent)
}

const fromFloat16Bits = (half: number): number => {
  const sign = (half & 0x8000) << 16
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return (sign === 0 ? 1 : -1) * fraction * 2 ** -24
  return float32((sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13)) >>> 0)
}

const map = <From extends ArrayLike<number>, To extends { [index: number]: number }>(
  from: From,
  to: To,
  convert: (value: number) => number
): To => {
  for (let i = 0; i < from.length; i++) to[i] = convert(from[i]!)
  return to
}

export const toBfloat16 = (values: Float32Array): Uint16Array =>
  map(values, new Uint16Array(values.length), bfloat16Bits)

export const toFloat16 = (values: Float32Array): Uint16Array => map(values, new Uint16Array(values.length), float16Bits)

/** Writes the values of `halves` to `target`, which has the same length, and returns it. */
export const fromBfloat16 = (halves: Uint16Array, target: Float32Array): Float32Array => {
  map(halves, new Uint32Array(target.buffer, target.byteOffset, target.length), (half) => half << 16)
  return target
}

/** Writes the values of `halves` to `target`, which has the same length, and returns it. */
export const fromFloat16 = (halves: Uint16Array, target: Float32Array): Float32Array =>
  map(halves, target, fromFloat16Bits)
