/** Text by the columns that it takes on a terminal. */

const segmenter = new Intl.Segmenter()

/** Columns that a text takes on a terminal: combining marks take none, East Asian wide characters and emoji two. */
export const width = (text: string): number => {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let columns = 0
  for (const { segment } of segmenter.segment(text)) {
    columns +=
      /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u
          .test(segment)
        ? 2
        : 1
  }
  return columns
}

/** Cuts a text to at most `columns`, the last of them an ellipsis when something is missing. */
export const fit = (text: string, columns: number): string => {
  if (width(text) <= columns) return text
  let kept = ""
  for (const { segment } of segmenter.segment(text)) {
    if (width(kept + segment) > columns - 1) break
    kept += segment
  }
  return columns > 0 ? `${kept}…` : ""
}

export const padEnd = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - width(text)))

export const padStart = (text: string, columns: number): string => " ".repeat(Math.max(0, columns - width(text))) + text

/** Breaks a paragraph at spaces into lines of at most `columns` (a longer word stays whole). */
export const wrap = (text: string, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && width(line) + 1 + width(word) > columns) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
