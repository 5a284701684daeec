/** Grids: the cells of some axes. */
import { InvalidExperiment } from "../Errors.ts"

/** The labels of some axes, and one chosen label of each. */
export type Labels = { readonly [axis: string]: ReadonlyArray<string> }
/** One label of each axis. */
export type Cell<L extends Labels = Labels> = { readonly [A in keyof L]: L[A][number] }

/** Every combination of the labels; the last axis runs fastest. No axes give one empty cell. */
export const product = <const L extends Labels>(labels: L): ReadonlyArray<Cell<L>> =>
  Object.entries(labels).reduce<ReadonlyArray<{ readonly [axis: string]: string }>>(
    (cells, [axis, options]) => cells.flatMap((cell) => options.map((label) => ({ ...cell, [axis]: label }))),
    [{}]
  ) as ReadonlyArray<Cell<L>>

/**
 * The first labels of all axes, the second labels, and so on. Throws `InvalidExperiment` when the axes differ in
 * length.
 */
export const zip = <const L extends Labels>(labels: L): ReadonlyArray<Cell<L>> => {
  const axes = Object.entries(labels)
  const lengths = axes.map(([axis, options]) => `${axis} has ${options.length}`)
  const size = axes[0]?.[1].length ?? 0
  if (axes.some(([, options]) => options.length !== size)) {
    throw new InvalidExperiment({ experiment: "", message: `A zip needs axes of one length; ${lengths.join(", ")}.` })
  }
  return Array.from({ length: size }, (_, i) =>
    Object.fromEntries(axes.map(([axis, options]) => [axis, options[i]!]))) as unknown as ReadonlyArray<Cell<L>>
}

/** Whether the cell has every label that the pattern names. */
export const fits = (cell: Cell, pattern: { readonly [axis: string]: string | undefined }): boolean =>
  Object.entries(pattern).every(([axis, label]) => cell[axis] === label)

/** The cells that fit none of the patterns. */
export const exclude = <C extends Cell>(
  cells: ReadonlyArray<C>,
  patterns: ReadonlyArray<Partial<C>>
): ReadonlyArray<C> => cells.filter((cell) => !patterns.some((pattern) => fits(cell, pattern)))
