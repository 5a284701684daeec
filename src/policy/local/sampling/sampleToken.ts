/** How a token is drawn from a distribution. */
export interface Choice {
  /** Keep the fewest tokens whose probability reaches this, in (0, 1]. */
  readonly topP: number
  /** Keep this many likeliest tokens; 0 keeps all. */
  readonly topK: number
}

/**
 * Draws an index with the given probabilities, cut to the likeliest by top-k and then top-p, where `uniform` is in [0, 1).
 *
 * Equal probabilities rank by index. Source of top-p: Holtzman et al., arXiv 1904.09751.
 */
export const draw = (probabilities: Float32Array, uniform: number, choice: Choice): number => {
  const ranked = Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b)
  const most = choice.topK === 0 ? ranked.length : Math.min(choice.topK, ranked.length)
  const total = ranked.slice(0, most).reduce((sum, i) => sum + probabilities[i]!, 0)
  let kept = 0
  for (let mass = 0; kept < most && mass < choice.topP * total; kept++) mass += probabilities[ranked[kept]!]!
  return pick(probabilities, ranked.slice(0, Math.max(kept, 1)), uniform)
}

/** Walks up the cumulative distribution over `among` until it passes `uniform`. */
const pick = (probabilities: Float32Array, among: ReadonlyArray<number>, uniform: number): number => {
  const goal = uniform * among.reduce((sum, i) => sum + probabilities[i]!, 0)
  let sum = 0
  let last = among[0]!
  for (const i of among) {
    if (probabilities[i]! === 0) continue
    sum += probabilities[i]!
    last = i
    if (sum > goal) break
  }
  return last
}
