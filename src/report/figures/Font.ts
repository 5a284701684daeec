/** The font of figures and pictures: Inter, which comes with this program, so that they look the same on every machine. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { create, type Font } from "fontkit"
import { width as columns } from "../width.ts"

export const family = "Inter"

/** The font's file. Its licence (OFL) lies beside it. */
export const file: string = fileURLToPath(new URL("../../../assets/font/Inter-Regular.ttf", import.meta.url))

let opened: Font | undefined

const font = (): Font => opened ??= create(readFileSync(file)) as Font

const widths = new Map<string, number>()

/** Width in ems. What the font lacks is taken for as wide as it is on a terminal. */
const em = (character: string): number => {
  const known = widths.get(character)
  if (known !== undefined) return known
  const code = character.codePointAt(0)!
  const own = font().hasGlyphForCodePoint(code)
    ? font().glyphForCodePoint(code).advanceWidth / font().unitsPerEm
    : 0.6 * columns(character) - (columns(character) > 1 ? 0.2 : 0)
  widths.set(character, own)
  return own
}

/** Width of a line of text, in the unit of its size. Kerning is left out: it makes a line slightly shorter. */
export const measure = (text: string, size: number): number => {
  let sum = 0
  for (const character of text) sum += em(character)
  return sum * size
}

/** Characters of a text that the font has no glyph for, each once. */
export const lacking = (text: string): ReadonlyArray<string> =>
  [...new Set(text)].filter((character) => !/\s/.test(character) && !font().hasGlyphForCodePoint(character.codePointAt(0)!))

/**
 * CSS that brings the font along, 32 kB: its letters of Western European languages. For others the font of who shows it is taken.
 */
export const face = (): string => {
  const latin = readFileSync(fileURLToPath(new URL("../../../assets/font/Inter-Latin.woff2", import.meta.url)))
  return `@font-face{font-family:${family};src:url(data:font/woff2;base64,${latin.toString("base64")})}`
}
