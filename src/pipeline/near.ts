/** The one "did you mean": names that look like one that does not exist. */

/** Number of insertions, deletions and replacements between two texts. */
const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    previous = row
  }
  return previous[b.length]!
}

/** 0 where one holds the other, else the share of letters that differ. */
const unlikeness = (a: string, b: string): number =>
  a !== "" && b !== "" && (b.includes(a) || a.includes(b)) ? 0 : editDistance(a, b) / Math.max(a.length, b.length, 1)

const lastSegment = (path: string): string => path.slice(path.lastIndexOf(".") + 1)

/** The names that look like `wanted`, best first: as a whole, or the last segments of dotted paths. At most five. */
export const near = (wanted: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const target = wanted.toLowerCase()
  const score = (name: string) =>
    Math.min(unlikeness(target, name), unlikeness(lastSegment(target), lastSegment(name)))
  return names.map((name) => ({ name, score: score(name.toLowerCase()) }))
    .filter(({ score }) => score <= 0.4).sort((a, b) => a.score - b.score).slice(0, 5).map(({ name }) => name)
}

/** `There is no experiment "x". Did you mean "y"?`, or the list of what there is; `none` says what to do where nothing is. */
export const unknownName = (what: string, wanted: string, names: ReadonlyArray<string>, none: string): string => {
  const close = near(wanted, names)
  const list = (some: ReadonlyArray<string>) => some.map((name) => `"${name}"`).join(", ")
  const hint = close.length > 0
    ? `Did you mean ${list(close)}?`
    : names.length > 0
    ? `Known: ${list(names.slice(0, 20))}${names.length > 20 ? ` and ${names.length - 20} more` : ""}.`
    : none
  return `There is no ${what} "${wanted}". ${hint}`
}
