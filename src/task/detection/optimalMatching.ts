/** The one-to-one matching of predicted and true boxes that is worth most in all: the assignment problem. */

/** A pair of one predicted and one true box, and what it is worth. */
export interface Pair {
  readonly predicted: number
  readonly truth: number
  readonly worth: number
}

/** The predictions that are worth something to a true box, and how much. */
interface Edges {
  readonly predictions: Int32Array
  readonly worths: Float64Array
}

const edgesOf = (predictions: number, worth: (predicted: number) => number): Edges => {
  const found: Array<number> = []
  const worths: Array<number> = []
  for (let predicted = 0; predicted < predictions; predicted++) {
    const value = worth(predicted)
    if (value <= 0) continue
    found.push(predicted)
    worths.push(value)
  }
  return { predictions: Int32Array.from(found), worths: Float64Array.from(worths) }
}

/**
 * The pairs, each box in at most one, whose worth adds up to the most; pairs worth nothing are left out. `worth` is at least 0,
 * and asked once for each pair.
 *
 * Shortest augmenting paths with prices (Kuhn's Hungarian method as Jonker and Volgenant, Computing 38, 1987, run it), along pairs that
 * are worth something: boxes that lie apart never meet. Time truths x reached^2 at worst, where a true box reaches the predictions
 * to which a chain of overlaps leads from it; memory by such pairs.
 */
export const optimal = (
  predictions: number,
  truths: number,
  worth: (predicted: number, truth: number) => number
): ReadonlyArray<Pair> => {
  const edges = Array.from({ length: truths }, (_, truth) => edgesOf(predictions, (predicted) => worth(predicted, truth)))
  const truthOf = assign(predictions, edges)
  return [...truthOf].flatMap((truth, predicted) => {
    if (truth < 0) return []
    const { predictions, worths } = edges[truth]!
    return [{ predicted, truth, worth: worths[predictions.indexOf(predicted)]! }]
  })
}

/** The true box of every prediction, -1 where it has none. */
const assign = (predictions: number, edges: ReadonlyArray<Edges>): Int32Array => {
  const truthPrice = new Float64Array(edges.length)
  const price = new Float64Array(predictions)
  const truthOf = new Int32Array(predictions).fill(-1)
  const before = new Int32Array(predictions)
  const distance = new Float64Array(predictions).fill(Infinity)
  const isSettled = new Uint8Array(predictions)
  for (const start of edges.keys()) {
    const open: Array<number> = []
    const settled: Array<number> = []
    let truth = start
    let way = 0 // how far it is from `start` to `truth`
    let last = -1 // the prediction through which the path came to `truth`
    let alone = Infinity // the shortest path to a true box that may as well stay alone
    let lastAlone = -1
    while (true) {
      const { predictions: near, worths } = edges[truth]!
      for (let i = 0; i < near.length; i++) {
        const predicted = near[i]!
        if (isSettled[predicted] === 1) continue // a rounding error would open it again
        const length = way - worths[i]! - truthPrice[truth]! - price[predicted]!
        if (length >= distance[predicted]!) continue
        if (distance[predicted] === Infinity) open.push(predicted)
        distance[predicted] = length
        before[predicted] = last
      }
      if (way - truthPrice[truth]! < alone) {
        alone = way - truthPrice[truth]!
        lastAlone = last
      }
      let nearest = -1
      for (let i = 0; i < open.length; i++) if (nearest < 0 || distance[open[i]!]! < distance[open[nearest]!]!) nearest = i
      if (nearest < 0 || alone <= distance[open[nearest]!]!) {
        way = alone
        last = lastAlone
        break
      }
      last = open[nearest]!
      way = distance[last]!
      if (truthOf[last]! < 0) break
      open[nearest] = open.at(-1)!
      open.pop()
      settled.push(last)
      isSettled[last] = 1
      truth = truthOf[last]!
    }
    truthPrice[start]! += way
    for (const predicted of settled) {
      const short = way - distance[predicted]!
      truthPrice[truthOf[predicted]!]! += short
      price[predicted]! -= short
      isSettled[predicted] = 0
    }
    for (const predicted of [...open, ...settled]) distance[predicted] = Infinity
    // Each prediction on the path takes the true box of the one before it, the first takes the box that started.
    while (last >= 0) {
      const previous = before[last]!
      truthOf[last] = previous < 0 ? start : truthOf[previous]!
      last = previous
    }
  }
  return truthOf
}
