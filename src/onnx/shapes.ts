/** Shapes and element types of tensors. */

/** A dimension: known, or the name of one that is known when the graph runs. */
export type Dim = number | string
export type Shape = ReadonlyArray<Dim>
export type ElementType = "float32" | "int64" | "int32" | "bool"

/** Shape of an elementwise result under NumPy's broadcasting. Throws where two dimensions cannot meet. */
export const broadcast = (a: Shape, b: Shape): Shape => {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i): Dim => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw new Error(`shapes [${a.join(", ")}] and [${b.join(", ")}] do not broadcast`)
  })
}

/** Axes of `to` along which a tensor of shape `from` was repeated to get there. */
export const repeatedAxes = (from: Shape, to: Shape): Array<number> =>
  to.flatMap((dim, axis) => {
    const own = from[from.length - to.length + axis] ?? 1
    return own === 1 && dim !== 1 ? [axis] : []
  })

export const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i])
