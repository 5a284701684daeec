/** Reading the one label of a completion. */
import * as Text from "../Text.ts"

/** How labels are compared: without white space at their ends, and without case. */
export const folded = (text: string): string => Text.strip(text).toLowerCase()

/** What a completion answers (`Text.answer`), as labels are compared. Never throws, linear in the text. */
export const said = (text: string): string => folded(Text.answer(text))

/** The option that a completion names in its answer, and names alone; undefined where it says anything else. */
export const chosen = (text: string, options: ReadonlyArray<string>): string | undefined => {
  const answer = said(text)
  return options.find((option) => folded(option) === answer)
}
