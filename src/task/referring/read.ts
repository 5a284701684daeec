/** Reading the one box of a completion. */
import type { Box, Spoken } from "../../vision/Box.ts"
import * as Text from "../Text.ts"

const number = "\\s*(-?\\d{1,9}(?:\\.\\d{1,9})?)\\s*"
const four = new RegExp(`\\[${[number, number, number, number].join(",")}\\]`)

/**
 * The first four numbers in brackets of the last answer, or of the whole text where there is none, taken to be in `space`;
 * undefined where there are none. Never throws, linear in the text.
 */
export const box = <S extends Spoken>(text: string, space: S): Box<S> | undefined => {
  const found = four.exec(Text.lastAnswer(text) ?? text)
  if (found === null) return undefined
  const [x1, y1, x2, y2] = found.slice(1).map(Number) as [number, number, number, number]
  return { space, x1, y1, x2, y2 }
}
