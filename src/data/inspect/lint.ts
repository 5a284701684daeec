/** Slips in wordings and labels that make a question other than it was meant: rules over texts, and what mends them. */

export interface Slip {
  readonly kind: string
  readonly message: string
  /** The text without it; missing where no rule can know what was meant. */
  readonly mended?: string
}

/** A text as messages show it. */
const around = (text: string, at: number): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 20))

/** A full stop between a small letter, digit or bracket and a word that begins with a capital. */
const joint = /([\p{Ll}\d)\]}'"])\.(?=\p{Lu}\p{Ll})/gu

const joints = (text: string): ReadonlyArray<Slip> => {
  const at = text.search(joint)
  return at < 0 ? [] : [{
    kind: "no space after a full stop",
    message: `has no space after a full stop: ${around(text, at + 2)}`,
    mended: text.replace(joint, "$1. ")
  }]
}

const fences = (text: string): ReadonlyArray<Slip> => {
  const count = text.split("```").length - 1
  return count % 2 === 0 ? [] : [{
    kind: "a fence that is not closed",
    message: `has ${count} fence marks (\`\`\`), one of which is not closed`,
    mended: `${text}\n\`\`\``
  }]
}

const tags = (text: string): ReadonlyArray<Slip> =>
  ["think", "answer"].flatMap((tag) => {
    const [opened, closed] = [`<${tag}>`, `</${tag}>`].map((mark) => text.split(mark).length - 1) as [number, number]
    return opened === closed ? [] : [{ kind: "tags that do not match", message: `has ${opened} <${tag}> and ${closed} </${tag}>` }]
  })

/** What is wrong with a wording. */
export const lintText = (text: string): ReadonlyArray<Slip> => [...joints(text), ...fences(text), ...tags(text)]

const controls = /\s*[\p{Cc}\u2028\u2029]+\s*/gu

/** What is wrong with a label, which is to stand in a list of a question and in the JSON of an answer. */
export const lintLabel = (label: string): ReadonlyArray<Slip> => {
  const slips: Array<Slip> = []
  if (label.search(controls) >= 0) {
    const message = `label ${JSON.stringify(label)} has a line break or control character, which breaks the list of the question`
    slips.push({ kind: "a line break in a label", message, mended: label.replace(controls, " ").trim() })
  } else if (label !== label.trim()) {
    slips.push({ kind: "space around a label", message: `label ${JSON.stringify(label)} has space around it`, mended: label.trim() })
  }
  if (/["\\]/.test(label)) {
    const message = `label ${JSON.stringify(label)} has a double quote or backslash, which breaks a JSON example written without escapes`
    slips.push({ kind: "a quote in a label", message })
  }
  if (/'\s*,\s*'|;|^\[|\]$/.test(label)) {
    const message = `label ${JSON.stringify(label)} has what separates or closes lists, so that a question reads as other labels`
    slips.push({ kind: "a separator in a label", message })
  }
  return slips
}

/** The text with everything mended that can be, as often as it takes. */
export const mend = (text: string, lint: (text: string) => ReadonlyArray<Slip>): string => {
  const slip = lint(text).find(({ mended }) => mended !== undefined && mended !== text)
  return slip === undefined ? text : mend(slip.mended!, lint)
}
