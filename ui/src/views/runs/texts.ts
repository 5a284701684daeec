/** Two texts as what is the same in both, and what only one of them has: down to the character where they differ little. */
import { type ChangeObject, diffChars, diffLines, diffWordsWithSpace } from "diff"
import { beginning } from "../../parts/marks.ts"

/** A piece of a text, and whose it is. */
export interface Piece {
  readonly text: string
  readonly in: "both" | "left" | "right"
}

/** Milliseconds after which a coarser comparison is taken; characters of texts that were changed here and there are compared fast. */
const patience = 300

/** Single characters are told apart up to so many of them; beyond, words read better. */
const most = 400

const pieces = (changes: ReadonlyArray<ChangeObject<string>>): ReadonlyArray<Piece> =>
  changes.map(({ added, removed, value }) => ({ text: value, in: added ? "right" : removed ? "left" : "both" }))

export const compared = (left: string, right: string): ReadonlyArray<Piece> => {
  const changes = diffChars(left, right, { maxEditLength: most, timeout: patience }) ??
    diffWordsWithSpace(left, right, { timeout: patience }) ??
    diffLines(left, right, { timeout: patience })
  return changes === undefined ? [{ text: left, in: "left" }, { text: right, in: "right" }] : pieces(changes)
}

/** Characters that are shown on each side of what differs. */
const around = 60

/** A long stretch that is the same: its ends, and how much lies between. */
export const shortened = (text: string, first: boolean, last: boolean): { readonly start: string; readonly left: number; readonly end: string } => {
  const [before, after] = [first ? 0 : around, last ? 0 : around]
  if (text.length <= before + after + around) return { start: text, left: 0, end: "" }
  const [start, rest] = [beginning(text, before), beginning(text, text.length - after)] // neither end cuts a character in two
  return { start, left: rest.length - start.length, end: text.slice(rest.length) }
}
