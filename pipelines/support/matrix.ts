/** Little linear algebra on dense matrices, row by row. */

export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly at: (row: number, column: number) => number
}

export const matrix = (rows: number, columns: number, at: Matrix["at"]): Matrix => {
  const numbers = Float64Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns))
  return { rows, columns, at: (row, column) => numbers[row * columns + column]! }
}

export const flat = ({ at, columns, rows }: Matrix): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns))

export const transposed = (a: Matrix): Matrix => matrix(a.columns, a.rows, (i, j) => a.at(j, i))

export const rowsOf = (a: Matrix, start: number, count: number): Matrix => matrix(count, a.columns, (i, j) => a.at(start + i, j))

export const stacked = (parts: ReadonlyArray<Matrix>): Matrix => {
  const lines = parts.flatMap((part) => Array.from({ length: part.rows }, (_, i) => [part, i] as const))
  return matrix(lines.length, parts[0]!.columns, (i, j) => lines[i]![0].at(lines[i]![1], j))
}

export const times = (a: Matrix, b: Matrix): Matrix =>
  matrix(a.rows, b.columns, (i, j) => {
    let sum = 0
    for (let k = 0; k < a.columns; k++) sum += a.at(i, k) * b.at(k, j)
    return sum
  })

/**
 * `a = left * diag(sizes) * right`, sizes falling; `a` has no more columns than rows.
 *
 * Columns are turned in pairs until all stand upright on each other (one-sided Jacobi; Hestenes, 1958).
 */
export const singular = (a: Matrix) => {
  const { columns, rows } = a
  const turned = Array.from({ length: columns }, (_, j) => Float64Array.from({ length: rows }, (_, i) => a.at(i, j)))
  const turns = Array.from({ length: columns }, (_, j) => Float64Array.from({ length: columns }, (_, i) => Number(i === j)))
  const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  const turn = (x: Float64Array, y: Float64Array, cos: number, sin: number): void => {
    for (let i = 0; i < x.length; i++) {
      const [p, q] = [x[i]!, y[i]!]
      x[i] = cos * p - sin * q
      y[i] = sin * p + cos * q
    }
  }
  for (let left = 1, sweep = 0; left > 0 && sweep < 60; sweep++) {
    left = 0
    for (let p = 0; p < columns; p++) {
      for (let q = p + 1; q < columns; q++) {
        const [x, y] = [turned[p]!, turned[q]!]
        const [across, lengthX, lengthY] = [dot(x, y), dot(x, x), dot(y, y)]
        if (Math.abs(across) <= 1e-12 * Math.sqrt(lengthX * lengthY) || across === 0) continue
        left++
        const zeta = (lengthY - lengthX) / (2 * across)
        const tan = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
        const cos = 1 / Math.sqrt(1 + tan * tan)
        turn(x, y, cos, cos * tan)
        turn(turns[p]!, turns[q]!, cos, cos * tan)
      }
    }
  }
  const lengths = turned.map((column) => Math.sqrt(dot(column, column)))
  const order = lengths.map((_, i) => i).toSorted((x, y) => lengths[y]! - lengths[x]!)
  return {
    left: matrix(rows, columns, (i, j) => turned[order[j]!]![i]! / (lengths[order[j]!]! || 1)),
    sizes: order.map((i) => lengths[i]!),
    right: matrix(columns, columns, (i, j) => turns[order[i]!]![j]!)
  }
}
