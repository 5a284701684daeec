/** The one-to-one matching of predicted and true boxes that is worth most in all: the assignment problem. */

/** A pair of one predicted and one true box, and what it is worth. */
export interface Pair {
  readonly predicted: number
  readonly truth: number
  readonly worth: number
}

/**
 * The pairs, each box in at most one, whose worth adds up to the most; pairs worth nothing are left out. `worth` is at least 0.
 *
 * Shortest augmenting paths with potentials (Kuhn's Hungarian method as Jonker and Volgenant, Computing 38, 1987, run it): a
 * row is a true box, a column a prediction that is worth something to any of them, or one of as many that nobody said, so
 * that every row finds a column. Time truths^2 x columns at worst, memory linear in both.
 */
export const optimal = (
  predictions: number,
  truths: number,
  worth: (predicted: number, truth: number) => number
): ReadonlyArray<Pair> => {
  const useful: Array<number> = []
  for (let p = 0; p < predictions; p++) {
    for (let t = 0; t < truths; t++) {
      if (worth(p, t) > 0) {
        useful.push(p)
        break
      }
    }
  }
  const columns = useful.length + truths
  const cost = (row: number, column: number): number => column < useful.length ? -worth(useful[column]!, row) : 0
  const rowOf = assign(truths, columns, cost)
  return useful.flatMap((predicted, column) => {
    const truth = rowOf[column]!
    const value = truth < 0 ? 0 : worth(predicted, truth)
    return value > 0 ? [{ predicted, truth, worth: value }] : []
  })
}

/** The row of every column in the cheapest assignment of all rows, -1 where it has none; at least as many columns as rows. */
const assign = (rows: number, columns: number, cost: (row: number, column: number) => number): Int32Array => {
  const rowPrice = new Float64Array(rows)
  const columnPrice = new Float64Array(columns)
  const rowOf = new Int32Array(columns).fill(-1)
  const before = new Int32Array(columns)
  const slack = new Float64Array(columns)
  const seen = new Uint8Array(columns)
  for (let start = 0; start < rows; start++) {
    slack.fill(Infinity)
    seen.fill(0)
    let row = start
    let last = -1 // the column through which the path came to `row`
    while (true) {
      let nearest = -1
      for (let column = 0; column < columns; column++) {
        if (seen[column] === 1) continue
        const reduced = cost(row, column) - rowPrice[row]! - columnPrice[column]!
        if (reduced < slack[column]!) {
          slack[column] = reduced
          before[column] = last
        }
        if (nearest < 0 || slack[column]! < slack[nearest]!) nearest = column
      }
      const step = slack[nearest]!
      rowPrice[start] = rowPrice[start]! + step
      for (let column = 0; column < columns; column++) {
        if (seen[column] === 1) {
          const held = rowOf[column]!
          rowPrice[held] = rowPrice[held]! + step
          columnPrice[column] = columnPrice[column]! - step
        } else slack[column] = slack[column]! - step
      }
      seen[nearest] = 1
      last = nearest
      if (rowOf[nearest]! < 0) break
      row = rowOf[nearest]!
    }
    // Each column on the path takes the row of the column before it, the first takes the row that started.
    while (last >= 0) {
      const previous = before[last]!
      rowOf[last] = previous < 0 ? start : rowOf[previous]!
      last = previous
    }
  }
  return rowOf
}
