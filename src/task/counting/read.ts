/** Reading the one number of a completion. */
import * as Text from "../Text.ts"

/**
 * A whole number that is no piece of a longer one, of a fraction or of a word such as `3D` or `bbox_2d`; `3.0` is 3. A minus behind a word
 * is a hyphen.
 */
const whole = /(?<![\w.]|\d,)(?:(?<!\w)-)?\d{1,9}(?!\w|,\d{3}(?!\d)|\.\d*[1-9])/

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
