/** SVG as PNG, and with its letters as outlines: by resvg, with the bundled font, and the machine's where that lacks a glyph. */
import { createRequire } from "node:module"
import type * as Resvg from "@resvg/resvg-js"
import * as Font from "./Font.ts"

/** Loaded with the first picture: who only declares a study does not wait for it. */
const resvg = (): typeof Resvg => createRequire(import.meta.url)("@resvg/resvg-js") as typeof Resvg

const open = (svg: string, fitTo: Resvg.ResvgRenderOptions["fitTo"] = { mode: "original" }) =>
  new (resvg().Resvg)(svg, {
    fitTo,
    font: { fontFiles: [Font.file], defaultFontFamily: Font.family, loadSystemFonts: Font.lacking(svg).length > 0 }
  })

/** PNG of an SVG, at `zoom` pixels for each of its own. */
export const png = (svg: string, zoom = 1): Uint8Array => open(svg, { mode: "zoom", value: zoom }).render().asPng()

/** The SVG with paths in the place of letters, so that no program needs a font for them. */
export const outlined = (svg: string): string => open(svg).toString()

const glyphOf = (character: string): string | undefined =>
  / d="([^"]+)"/.exec(outlined(
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9" font-family="${Font.family}" font-size="9">${character}</text></svg>`
  ))?.[1]

/** What is drawn of characters that no font has: this one stays unassigned for ever. */
const nothing = "\u{10fffd}"

const known = new Map<string, boolean>()

/** Those of the characters, which the bundled font lacks, that no font of this machine has either. */
export const undrawable = (characters: ReadonlyArray<string>): ReadonlySet<string> => {
  for (const character of characters) {
    if (!known.has(character)) known.set(character, glyphOf(character) !== glyphOf(nothing))
  }
  return new Set(characters.filter((character) => known.get(character) === false))
}
