/** Text from studies, models and databases in a page. */
import { readable } from "../figures/letters.ts"

/** One line. What it may not hold in HTML, hono's `html` escapes; what would hide or turn it, stands as what it is. */
export const shown = readable

/** Several lines, cut at `most` characters with a word about the rest. */
export const lines = (text: string, most: number): string => {
  const cut = text.length <= most ? text : `${text.slice(0, most)}\n[and ${text.length - most} more characters]`
  return cut.split(/\r?\n/).map(shown).join("\n")
}

/** `2026-11-29 02:20` in UTC; a dash for no time. */
export const time = (iso: string | null | undefined): string => iso ? `${iso.slice(0, 10)} ${iso.slice(11, 16)}` : "–"
