/** Student's t distribution. */

/**
 * P(|T| < t) for Student's t with `df` degrees of freedom (a positive integer).
 *
 * Source: Abramowitz and Stegun, 26.7.3 and 26.7.4.
 */
export const studentCentral = (t: number, df: number): number => {
  const angle = Math.atan(t / Math.sqrt(df))
  const cos2 = Math.cos(angle) ** 2
  let term = df % 2 === 1 ? Math.cos(angle) : 1
  let sum = df === 1 ? 0 : term
  for (let k = df % 2 === 1 ? 3 : 2; k <= df - 2; k += 2) {
    term *= (cos2 * (k - 1)) / k
    sum += term
  }
  return df % 2 === 1 ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
}

/** The number t with P(|T| < t) = `share`, which lies in (0, 1). */
export const studentQuantile = (share: number, df: number): number => {
  let high = 2
  while (studentCentral(high, df) < share) high *= 2
  let low = 0
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2
    if (studentCentral(middle, df) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The number t with P(|T| < t) = 0.95: what a 95 % interval multiplies the standard error with. */
export const student95 = (df: number): number => studentQuantile(0.95, df)
