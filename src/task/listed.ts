/** Lists of labels as questions write them. */

/** A label as Python writes a string in a list, which is how the study's questions were made. */
const quote = (label: string): string => {
  const escaped = label.replaceAll("\\", "\\\\")
  return label.includes("'") && !label.includes("\"") ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`
}

/** Such as `['red star', 'blue star']`. */
export const listed = (labels: ReadonlyArray<string>): string => `[${labels.map(quote).join(", ")}]`

const text = "'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\""
const list = new RegExp(`\\[((?:${text})(?:,\\s*(?:${text}))*)\\]`)

/** The labels of the first such list in a text; none where there is no list. */
export const listedIn = (question: string): ReadonlyArray<string> =>
  (list.exec(question)?.[1]?.match(new RegExp(text, "g")) ?? []).map((quoted) => quoted.slice(1, -1).replace(/\\(.)/g, "$1"))
