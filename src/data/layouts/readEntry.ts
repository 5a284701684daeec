/** One row of a file by itself: what it gives, or what is wrong with it. */
import { faultOf, isRow, type Row, show } from "../../task/detection/coco/fields.ts"
import type { Problem } from "../../task/problem.ts"
import type { Entry } from "../../task/readRows.ts"

/** What a row gives: an example, or what is wrong with it. */
export type Result<E> = { readonly example: E } | { readonly problem: Problem }

/** What `read` makes of a row; what it throws as `BadField`, or an entry that is no row, is a problem. */
export const readEntry = <A extends object>(
  { entry, fault, index, value }: Entry,
  read: (row: Row, index: number) => A
): A | { readonly problem: Problem } => {
  const problem = (kind: string, message: string) => ({ problem: { kind, entry, message } })
  if (fault !== undefined) return problem("no JSON", `${fault}. Correct it.`)
  if (!isRow(value)) return problem("no object", `must be an object, not ${show(value)}. Correct it.`)
  try {
    return read(value, index)
  } catch (cause) {
    return { problem: { entry, ...faultOf(cause) } }
  }
}
