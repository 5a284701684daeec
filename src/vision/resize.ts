/** Bicubic resizing, to the bit as the model's own image processor does it. */
import type { Size } from "./Box.ts"
import type { Image } from "./Image.ts"

/** Half width of the cubic kernel, in pixels of whichever grid is coarser. */
const reach = 2

/** Keys' cubic convolution kernel with a = -1/2. */
const cubic = (distance: number): number => {
  const x = Math.abs(distance)
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}

/** Where each output pixel along one side takes its input from, and with which weights, `taps` of them at most. */
interface Kernel {
  readonly first: Int32Array
  readonly count: Int32Array
  readonly weights: Int32Array
  readonly taps: number
  /** The weights are in units of 2^-bits: as fine as 16 bits hold the largest of them. */
  readonly bits: number
}

const fineness = (largest: number): number => {
  let bits = 0
  while (bits < 22 && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++
  return bits
}

const kernel = (from: number, to: number): Kernel => {
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const support = reach * stretch
  const taps = Math.ceil(support) * 2 + 1
  const first = new Int32Array(to)
  const count = new Int32Array(to)
  const exact = new Float64Array(to * taps)
  for (let out = 0; out < to; out++) {
    const centre = (out + 0.5) * scale
    const low = Math.max(0, Math.trunc(centre - support + 0.5))
    const high = Math.min(from, Math.trunc(centre + support + 0.5))
    const weights = Array.from({ length: high - low }, (_, i) => cubic((low + i - centre + 0.5) / stretch))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    weights.forEach((weight, i) => (exact[out * taps + i] = weight / sum))
    first[out] = low
    count[out] = high - low
  }
  const bits = fineness(exact.reduce((most, weight) => Math.max(most, weight), 0))
  return { first, count, weights: Int32Array.from(exact, (weight) => roundAway(weight * 2 ** bits)), taps, bits }
}

const roundAway = (value: number): number => Math.trunc(value + (value < 0 ? -0.5 : 0.5))

/** Each line on its own, its three channels side by side. */
const across = ({ height, pixels, width }: Image, to: number): Image => {
  const { bits, count, first, taps, weights } = kernel(width, to)
  const half = 1 << (bits - 1)
  const target = new Uint8ClampedArray(to * height * 3)
  for (let line = 0, into = 0; line < height; line++) {
    for (let out = 0; out < to; out++) {
      let red = half
      let green = half
      let blue = half
      let from = (line * width + first[out]!) * 3
      for (let tap = out * taps, end = tap + count[out]!; tap < end; tap++) {
        const weight = weights[tap]!
        red += pixels[from++]! * weight
        green += pixels[from++]! * weight
        blue += pixels[from++]! * weight
      }
      target[into++] = red >> bits
      target[into++] = green >> bits
      target[into++] = blue >> bits
    }
  }
  return { width: to, height, pixels: new Uint8Array(target.buffer) }
}

/** Whole lines at a time, as they lie in memory. */
const down = ({ height, pixels, width }: Image, to: number): Image => {
  const { bits, count, first, taps, weights } = kernel(height, to)
  const length = width * 3
  const target = new Uint8ClampedArray(to * length)
  const sums = new Int32Array(length)
  for (let out = 0; out < to; out++) {
    sums.fill(1 << (bits - 1))
    for (let tap = 0; tap < count[out]!; tap++) {
      const weight = weights[out * taps + tap]!
      const from = (first[out]! + tap) * length
      for (let i = 0; i < length; i++) sums[i]! += pixels[from + i]! * weight
    }
    for (let i = 0; i < length; i++) target[out * length + i] = sums[i]! >> bits
  }
  return { width, height: to, pixels: new Uint8Array(target.buffer) }
}

/**
 * The picture at another size: bicubic, smoothed when made smaller, first across and then down, with bytes in between and
 * weights of 16 bits. The very bytes of torchvision's antialiased bicubic resize, which is what Hugging Face's Qwen2.5-VL
 * processor runs.
 *
 * Source of the method: Keys, "Cubic convolution interpolation for digital image processing", 1981, a = -1/2.
 */
export const bicubic = (image: Image, { height, width }: Size): Image => {
  const wide = width === image.width ? image : across(image, width)
  return height === wide.height ? wide : down(wide, height)
}
