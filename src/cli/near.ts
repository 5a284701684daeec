import { edits } from "../pipeline/editDistance.ts"

/** The names that look like `wanted`: those that share its letters in order, or differ by few of them; best first. */
export const near = (wanted: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const target = wanted.toLowerCase()
  const scored = names.map((name) => ({ name, score: score(target, name.toLowerCase()) }))
  return scored.filter(({ score }) => score <= 0.5).sort((a, b) => a.score - b.score).slice(0, 5).map(({ name }) =>
    name
  )
}

const score = (a: string, b: string): number =>
  a !== "" && (b.includes(a) || a.includes(b)) ? 0 : edits(a, b) / Math.max(a.length, b.length, 1)

/** `There is no experiment "x". Did you mean "y"?`, or the list of what there is. */
export const unknownName = (what: string, wanted: string, names: ReadonlyArray<string>): string => {
  const close = near(wanted, names)
  const list = (some: ReadonlyArray<string>) => some.map((name) => `"${name}"`).join(", ")
  const hint = close.length > 0
    ? `Did you mean ${list(close)}?`
    : names.length > 0
    ? `Known: ${list(names.slice(0, 20))}${names.length > 20 ? ` and ${names.length - 20} more` : ""}.`
    : `There is none yet; \`assay run FILE\` makes one.`
  return `There is no ${what} "${wanted}". ${hint}`
}
