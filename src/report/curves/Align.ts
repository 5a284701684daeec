/** Curves that were recorded at different steps, over the same ones. */

/** A curve: ascending steps, and the value at each; NaN where it is not finite. */
export interface Recorded {
  readonly steps: Float64Array
  readonly values: Float64Array
}

const same = (a: Float64Array, b: Float64Array): boolean => a.length === b.length && a.every((step, i) => step === b[i])

const merged = (a: Float64Array, b: Float64Array): Float64Array => {
  const out = new Float64Array(a.length + b.length)
  let [i, j, n] = [0, 0, 0]
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i] ?? Infinity, b[j] ?? Infinity]
    if (x <= y) i++
    if (y <= x) j++
    out[n++] = Math.min(x, y)
  }
  return out.slice(0, n)
}

/** Every step that any of the curves has, ascending. */
export const allSteps = (curves: ReadonlyArray<Recorded>): Float64Array =>
  curves.reduce<Float64Array>((all, { steps }) => same(all, steps) ? all : merged(all, steps), new Float64Array())

/** The curve's values over `steps`, which hold all of its own; NaN where it has none. */
export const over = (steps: Float64Array, curve: Recorded): Float64Array => {
  if (same(steps, curve.steps)) return curve.values
  const out = new Float64Array(steps.length).fill(NaN)
  let at = 0
  curve.steps.forEach((step, i) => {
    while (steps[at]! < step) at++
    out[at] = curve.values[i]!
  })
  return out
}
