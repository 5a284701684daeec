/** Reading the one box of a completion. */
import type { Box, Spoken } from "../../vision/Box.ts"
import * as Text from "../Text.ts"

/** With no more digits than a float has. */
const number = "\\s*(-?\\d{1,9}(?:\\.\\d{1,20})?)\\s*"
const four = new RegExp(`\\[${[number, number, number, number].join(",")}\\]`)

const first = <S extends Spoken>(pattern: RegExp, text: string, space: S): Box<S> | undefined => {
  const found = pattern.exec(text)
  if (found === null) return undefined
  const [x1, y1, x2, y2] = found.slice(1).map(Number) as [number, number, number, number]
  return { space, x1, y1, x2, y2 }
}

/**
 * The first four numbers in brackets of what a completion answers (`Text.answer`), taken to be in `space`; undefined where there
 * are none. Never throws, linear in the text.
 */
export const box = <S extends Spoken>(text: string, space: S): Box<S> | undefined =>
  first(four, Text.answer(text), space)

const fourWhole = /\[(\d{1,9}),\s*(\d{1,9}),\s*(\d{1,9}),\s*(\d{1,9})\]/

/** The first four whole numbers in brackets of the first answer, as the published code reads them. */
export const publishedBox = <S extends Spoken>(text: string, space: S): Box<S> | undefined =>
  first(fourWhole, Text.firstAnswer(text) ?? "", space)
