/**
 * Rows picked and put into place by index. The way back is picking again, by the inverse index, so nothing is ever added up:
 * see `ops.ts` for why.
 */
import { emit, ints, record, scalar, type Value } from "./Graph.ts"

/** What stands in x [n, ...] at the places `index` [...]: [...index, ...]. It has no reverse of its own. */
export const gather = (x: Value, index: Value): Value =>
  emit(x.graph, "Gather", [x, index], { shape: [...index.shape, ...x.shape.slice(1)] }, { axis: 0 })

/** Rows of x [n, width], of which -1 is one of zeros. */
const gatherOrZeros = (x: Value, index: Value): Value => {
  const width = x.shape[1]
  if (typeof width !== "number") throw new Error("rows of zeros need a known width")
  const zeros = emit(x.graph, "Expand", [scalar(x.graph, 0), ints(x.graph, [1, width])], { shape: [1, width] })
  return gather(emit(x.graph, "Concat", [x, zeros], { shape: ["padded", width] }, { axis: 0 }), index)
}

/**
 * Rows of x [n, width] in another order: `index` [m] says which row stands where, -1 meaning a row of zeros.
 *
 * Each row may stand at one place at most; `inverse` [n] says where, -1 meaning nowhere. The reverse is the same operator
 * with the two swapped.
 */
export const place = (x: Value, index: Value, inverse: Value): Value =>
  record(gatherOrZeros(x, index), [x], (d) => [gatherOrZeros(d, inverse)])

/**
 * Rows of x [n, width] in a grid with gaps: `index` [m] says which row stands where, -1 where none does; `inverse` [n] where
 * each row stands. What is in a gap is no zero but some row, so it must not reach the output: masked, or dropped by `fromGrid`.
 */
export const toGrid = (x: Value, index: Value, inverse: Value): Value =>
  record(gather(x, index), [x], (d) => [gather(d, inverse)])

/** The way back of `toGrid`, from x [m, width] to [n, width]. What stands in a gap gets a gradient of 0. */
export const fromGrid = (x: Value, index: Value, inverse: Value): Value =>
  record(gather(x, inverse), [x], (d) => [gatherOrZeros(d, index)])
