/** How groups of curves look: a variant as in every figure, or else each label of an axis. */
import { type Look, looks } from "../figures/palette.ts"

interface Shape {
  readonly name: string
  readonly variants: ReadonlyArray<{ readonly name: string; readonly role: string; readonly cell: { readonly [axis: string]: string } }>
}

interface Named {
  readonly experiment: string
  readonly name: string
}

/** The labels of an axis in table order, whether there are curves of them yet or not, then the variants that have none, such as the base model. */
const labelsOf = (experiments: ReadonlyArray<Shape>, by: string): ReadonlyArray<string> => {
  const variants = experiments.flatMap((experiment) => experiment.variants)
  return [...new Set([...variants.flatMap(({ cell }) => cell[by] ?? []), ...variants.flatMap(({ cell, name }) => by in cell ? [] : name)])]
}

/**
 * The looks of groups of these experiments. The variants of the first experiment have their own colours, those of further ones go on
 * from there; a label of an axis, `by`, looks alike in all of them. They stay as they are while runs add curves.
 */
export const looksOf = (experiments: ReadonlyArray<Shape>, by: string | undefined): (group: Named) => Look => {
  const keyOf = ({ experiment, name }: Named): string => by === undefined ? JSON.stringify([experiment, name]) : name
  const rows = by === undefined
    ? experiments.flatMap(({ name: experiment, variants }) => variants.map(({ name, role }) => ({ variant: keyOf({ experiment, name }), role })))
    : labelsOf(experiments, by).map((variant) => ({ variant, role: "variant" }))
  const known = looks(rows)
  return (group) => known.get(keyOf(group))!
}
