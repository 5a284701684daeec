/** The linear algebra that grows one model into another. */
import { assert, describe, it } from "vitest"
import * as Random from "../../src/pipeline/Random.ts"
import { flat, type Matrix, matrix, singular, times, transposed } from "../../pipelines/support/matrix.ts"

const next = Random.stream(Random.key(3))
const random = (rows: number, columns: number): Matrix => matrix(rows, columns, () => 2 * next() - 1)

const far = (a: Matrix, b: Matrix): number => {
  const [x, y] = [flat(a), flat(b)]
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0)
}

const identity = (n: number): Matrix => matrix(n, n, (i, j) => Number(i === j))

describe("singular values", () => {
  for (const [rows, columns] of [[1, 1], [7, 3], [12, 12]] as const) {
    it(`of ${rows} x ${columns} fall, and give the matrix back with what stands upright on itself`, () => {
      const a = random(rows, columns)
      const { left, right, sizes } = singular(a)
      assert.isBelow(far(times(matrix(rows, columns, (i, j) => left.at(i, j) * sizes[j]!), right), a), 1e-6)
      assert.isBelow(far(times(transposed(left), left), identity(columns)), 1e-6)
      assert.isBelow(far(times(right, transposed(right)), identity(columns)), 1e-6)
      assert.deepStrictEqual(sizes, sizes.toSorted((x, y) => y - x))
    })
  }

  it("of a product of rank 2 are zero from the third on", () => {
    const { sizes } = singular(times(random(9, 2), random(2, 6)))
    assert.isAbove(sizes[1]!, 0.01)
    assert.isBelow(sizes[2]!, 1e-9)
  })
})
