/** Blocks of shell in pages, command by command. */
import type { Block } from "./pages.ts"

export interface Line {
  readonly block: Block
  /** The command as it stands, without its comment. */
  readonly text: string
}

/** Where a command ends: at a line's end outside of quotes, unless a backslash stands there. */
export const linesIn = (block: Block): ReadonlyArray<Line> => {
  const lines: Array<string> = [""]
  let quote = ""
  for (const [i, character] of [...block.code].entries()) {
    const before = block.code[i - 1]
    if (quote === "" && character === "#" && (before === undefined || /\s/.test(before))) quote = "#"
    if (quote === "#" && character === "\n") quote = ""
    if (quote === "#") continue
    if (quote === "" && (character === "\"" || character === "'")) quote = character
    else if (character === quote) quote = ""
    if (quote === "" && character === "\n" && before !== "\\") lines.push("")
    else lines[lines.length - 1] += character
  }
  return lines.map((text) => text.replaceAll(/\\\n\s*/g, "").trim()).filter((text) => text !== "").map((text) => ({ block, text }))
}

/** The words of the first `assay` in a command, and where its output goes; undefined where there is none. */
export const assayIn = (text: string): { readonly words: ReadonlyArray<string>; readonly into: string | undefined } | undefined => {
  const [, rest] = /(?:^|\| |&& |^watch )(?:\w+=(?:\$\([^)]*\)|\S+) )*(?:npx )?assay (.*)$/s.exec(text) ?? []
  if (rest === undefined) return undefined
  const words = [...rest.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].map(([word, double, single]) => double ?? single ?? word)
  const end = words.findIndex((word) => ["|", ">", "&&"].includes(word))
  return end < 0 ? { words, into: undefined } : { words: words.slice(0, end), into: words[end] === ">" ? words[end + 1] : undefined }
}
