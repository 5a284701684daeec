/** SVG as PDF, with the font embedded and every line a line. */
import * as Font from "./Font.ts"
import { outlined } from "./raster.ts"

/** The size of an SVG in points, from its viewBox. */
const sizeOf = (svg: string): [number, number] => {
  const [, width, height] = / viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []
  return [Number(width), Number(height)]
}

/** The SVG with the point as its unit, which the writer of PDFs does not convert. */
const inPoints = (svg: string): string => svg.replace(/ (width|height)="([\d.]+)pt"/g, ' $1="$2"')

/** PDF of one page as large as the figure. Where the bundled font lacks a glyph, all letters are outlines. */
export const pdf = async (svg: string, title: string): Promise<Uint8Array> => {
  const [{ default: Document }, { default: toPdf }] = await Promise.all([import("pdfkit"), import("svg-to-pdfkit")])
  const [width, height] = sizeOf(svg)
  const document = new Document({ size: [width, height], margin: 0, info: { Title: title, Creator: "assay" } })
  const chunks: Array<Uint8Array> = []
  const written = new Promise<Uint8Array>((resolve, reject) => {
    document.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    document.on("end", () => resolve(Buffer.concat(chunks)))
    document.on("error", reject)
  })
  document.registerFont(Font.family, Font.file)
  toPdf(document, Font.lacking(svg).length > 0 ? outlined(inPoints(svg)) : inPoints(svg), 0, 0, { width, height, assumePt: true, fontCallback: () => Font.family })
  document.end()
  return written
}
