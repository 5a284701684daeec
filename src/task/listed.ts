/** Lists of labels as questions write them. */

/** A label as Python writes a string in a list, which is how the study's questions were made. */
const quote = (label: string): string => {
  const escaped = label.replaceAll("\\", "\\\\")
  return label.includes("'") && !label.includes("\"") ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`
}

/** Such as `['red star', 'blue star']`. */
export const listed = (labels: ReadonlyArray<string>): string => `[${labels.map(quote).join(", ")}]`
