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
  const { topK, topP } = choice
  const { ranked, total } = topK === 0 ? likely(probabilities, topP) : likeliest(probabilities, topK)
  let kept = 0
  for (let mass = 0; kept < ranked.length && mass < topP * total; kept++) mass += probabilities[ranked[kept]!]!
  return pick(probabilities, ranked.slice(0, Math.max(kept, 1)), uniform)
}

const rank = (probabilities: Float32Array, indices: Array<number>): Array<number> =>
  indices.sort((a, b) => probabilities[b]! - probabilities[a]! || a - b)

const sumOf = (probabilities: Float32Array, indices: Iterable<number>): number => {
  let sum = 0
  for (const i of indices) sum += probabilities[i]!
  return sum
}

/** Indices, the likeliest first, and the sum of the probabilities of all that top-k leaves. */
interface Ranked {
  readonly ranked: ReadonlyArray<number>
  readonly total: number
}

/**
 * The likeliest, ranked, without most that are not among the fewest that reach top-p: all that lie below their even share of what
 * top-p leaves out add up to less than that. To rank a whole vocabulary of 150,000 takes a fifth of a second.
 */
const likely = (probabilities: Float32Array, topP: number): Ranked => {
  const total = sumOf(probabilities, probabilities.keys())
  // a little less, since sums are rounded
  const least = 0.999 * (1 - topP) * total / probabilities.length
  const found: Array<number> = []
  for (let i = 0; i < probabilities.length; i++) if (!(probabilities[i]! < least)) found.push(i)
  return { ranked: rank(probabilities, found), total }
}

/** The `count` likeliest, ranked. What comes after as many as likely ones is passed over. */
const likeliest = (probabilities: Float32Array, count: number): Ranked => {
  let found: Array<number> = []
  let least = -Infinity
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i]! <= least) continue
    found.push(i)
    if (found.length < 2 * count) continue
    found = rank(probabilities, found).slice(0, count)
    least = probabilities[found[count - 1]!]!
  }
  const ranked = rank(probabilities, found).slice(0, count)
  return { ranked, total: sumOf(probabilities, ranked) }
}

/** Walks up the cumulative distribution over `among` until it passes `uniform`. */
const pick = (probabilities: Float32Array, among: ReadonlyArray<number>, uniform: number): number => {
  const goal = uniform * sumOf(probabilities, among)
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
