/** The answers of a report as one picture: an example a line, a row of the table a column. */
import type { Shown } from "../account/account.ts"
import { drawnSize, width } from "../account/drawnSize.ts"
import { fitted } from "../figures/canvas.ts"
import * as Font from "../figures/Font.ts"
import { drawable } from "../figures/letters.ts"
import { escape, marks } from "../figures/overlay.ts"
import { png } from "../figures/raster.ts"

/** Between two pictures, of what stands below one, and of its letters, in pixels. */
const [gap, below, size] = [12, 20, 12] as const

const caption = (text: string, x: number, y: number): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="#222">${escape(fitted({ measure: Font.measure, shown: drawable }, text, width, size))}</text>`

/** PNG of those whose picture is here; undefined where none is. */
export const answersPng = (examples: ReadonlyArray<Shown>): Uint8Array | undefined => {
  let y: number = gap
  const lines = examples.flatMap(({ answers, picture }) => {
    if (picture === undefined) return []
    const canvas = drawnSize(picture.sizes.original)
    const top = y
    y += canvas.height + below + gap
    return [answers.map(({ boxes, rewards, row }, i) => {
      const x = gap + i * (width + gap)
      const earned = rewards.map(({ part, value }) => `${part} ${value === null ? "not a number" : value.toFixed(3)} · `).join("")
      return `<svg x="${x}" y="${top}" width="${width}" height="${canvas.height}"><image href="${picture.uri}" width="${width}" height="${canvas.height}" preserveAspectRatio="none"/>` +
        `${marks(boxes, picture.sizes, canvas, drawable)}</svg>${caption(earned + row, x, top + canvas.height + size + 2)}`
    })]
  })
  const across = Math.max(0, ...lines.map((line) => line.length))
  return across === 0 ? undefined : png(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${gap + across * (width + gap)}" height="${y}" font-family="${Font.family}">` +
      `<rect width="100%" height="100%" fill="#fff"/>${lines.flat().join("")}</svg>`,
    1.5
  )
}
