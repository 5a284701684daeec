/** How text from studies and models is written in figures and pictures. */
import { escaped, visible } from "../visible.ts"
import * as Font from "./Font.ts"
import { undrawable } from "./raster.ts"

/** What no XML may hold, and what would turn or hide a text, written as what it is. */
export const readable = (text: string): string =>
  visible(text).replace(/[\ud800-\udfff\ufffe\uffff]/gu, escaped)

/** Text as it can be drawn here: what neither the bundled font nor any of the machine's has a glyph for is written by its number. */
export const drawable = (text: string): string => {
  const shown = readable(text)
  const without = undrawable(Font.lacking(shown))
  return without.size === 0 ? shown : [...shown].map((character) => without.has(character) ? escaped(character) : character).join("")
}
