/** Reading the one number of a completion. */
import * as Text from "../Text.ts"

/**
 * A whole number that is no piece of a longer one, of a fraction or of a word such as `3D`, `3ème` or `bbox_2d`; `3.0` is 3, and so is
 * `__3__`. A minus behind a word is a hyphen. Words are of letters that have cases: scripts without spaces, and those that write particles
 * to a number, have none. Looks for a digit first, so that long rows of underscores are looked through once.
 */
const whole = /(?=-?\d)(?<![\p{Cased}\d.]|[\p{Cased}\d]_+|\d,)-?\d{1,9}(?![\p{Cased}\d]|_+[\p{Cased}\d]|,\d{3}(?!\d)|\.\d*[1-9])/u

/**
 * The first whole number of what a completion answers (`Text.answer`); undefined where none of up to nine digits stands there. Words
 * are no numbers. Never throws, linear in the text.
 */
export const number = (text: string): number | undefined => {
  const found = whole.exec(Text.answer(text))
  return found === null ? undefined : Number(found[0])
}

/** The first answer that is a whole number and nothing else, as the published evaluation reads it. */
export const published = (text: string): number | undefined => {
  const found = /<answer>\s*(\d{1,15})\s*<\/answer>/.exec(text)
  return found === null ? undefined : Number(found[1])
}
