/** The form that completions are to have. */
import { isSpace } from "./Text.ts"

const thinkOpen = "<think>"
const thinkClose = "</think>"
const answerOpen = "<answer>"
const answerClose = "</answer>"

/** Whether the whole text is `<think>...</think>`, white space, `<answer>...</answer>`; the dots may hold tags too. */
export const isWellFormed = (text: string): boolean => {
  if (!text.startsWith(thinkOpen) || !text.endsWith(answerClose)) return false
  const lastStart = text.length - answerClose.length - answerOpen.length
  for (let at = text.indexOf(thinkClose, thinkOpen.length); at >= 0; at = text.indexOf(thinkClose, at + 1)) {
    let next = at + thinkClose.length
    while (next < text.length && isSpace(text.charCodeAt(next))) next++
    if (next <= lastStart && text.startsWith(answerOpen, next)) return true
  }
  return false
}
