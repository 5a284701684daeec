import * as Schema from "effect/Schema"
import { define } from "../task/reward.ts"
import { isSpace } from "../task/Text.ts"
import { Variant } from "../task/variant.ts"

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

/**
 * 1 when the whole completion is `<think>...</think>`, white space, `<answer>...</answer>`, else 0.
 *
 * Nothing is stripped first, so a newline at either end costs the reward; more tags between the outer ones do not. Both
 * variants are the same.
 *
 * Source: VLM-R1, format reward.
 */
export const format = define({
  name: "format",
  module: import.meta.url,
  config: Schema.Struct({ variant: Variant }),
  score: (_, { completion }) => isWellFormed(completion) ? 1 : 0
})
