/** Exponential smoothing of a curve. */

/**
 * Exponential moving average of the values before and at each place, `weight` (in [0, 1)) of it from before; 0 changes nothing.
 * Debiased, as in Adam's moments: the start is drawn to no invented value. NaN stays NaN and counts for nothing.
 */
export const exponential = (values: Float64Array, weight: number): Float64Array => {
  let sum = 0
  let whole = 0
  return values.map((value) => {
    if (Number.isNaN(value)) return NaN
    sum = weight * sum + (1 - weight) * value
    whole = weight * whole + (1 - weight)
    return sum / whole
  })
}
