/** Problems counted by kind. */
import type { Problem } from "../../task/problem.ts"

/** How many problems of one kind there are, and the first of them. */
export interface Counted {
  readonly kind: string
  readonly count: number
  readonly first: ReadonlyArray<Pick<Problem, "entry" | "message">>
}

/** Counts problems by kind, and remembers the first of each. */
export const counting = (most: number) => {
  const kinds = new Map<string, { count: number; readonly first: Array<Pick<Problem, "entry" | "message">> }>()
  return {
    add: ({ entry, kind, message }: Problem): void => {
      const known = kinds.get(kind) ?? { count: 0, first: [] }
      kinds.set(kind, known)
      if (known.count++ < most) known.first.push({ entry, message })
    },
    counts: (): ReadonlyArray<Counted> => [...kinds].map(([kind, found]) => ({ kind, ...found }))
  }
}
