/** How groups of curves look: a variant as in every figure, or else each label of an axis. */
import { type Look, looks } from "../figures/palette.ts"

interface Shape {
  readonly name: string
  readonly variants: ReadonlyArray<{ readonly name: string; readonly role: string }>
}

interface Named {
  readonly experiment: string
  readonly name: string
}

/**
 * The looks of groups of these experiments. The variants of the first experiment have their own colours, those of further ones go on
 * from there; a label of an axis, `by`, looks alike in all of them.
 */
export const looksOf = (experiments: ReadonlyArray<Shape>, by: string | undefined, groups: ReadonlyArray<Named>): (group: Named) => Look => {
  const keyOf = ({ experiment, name }: Named): string => by === undefined ? JSON.stringify([experiment, name]) : name
  const rows = by === undefined
    ? experiments.flatMap(({ name: experiment, variants }) => variants.map(({ name, role }) => ({ variant: keyOf({ experiment, name }), role })))
    : [...new Set(groups.map(keyOf))].map((variant) => ({ variant, role: "variant" }))
  const known = looks(rows)
  return (group) => known.get(keyOf(group))!
}
