/** Scenes as pictures. */
import type { Box } from "../Box.ts"
import { loadSharp } from "../sharp.ts"
import { type Form, frame, type Rgb, type Scene, type Shape } from "./scene.ts"

/** Corners of each form in the unit square, which they touch on all four sides. */
const outlines: { readonly [form in Exclude<Form, "circle">]: ReadonlyArray<readonly [number, number]> } = {
  square: [[0, 0], [1, 0], [1, 1], [0, 1]],
  triangle: [[0.5, 0], [1, 1], [0, 1]],
  star: fitUnit(Array.from({ length: 10 }, (_, i) => {
    const radius = i % 2 === 0 ? 1 : 0.45
    const angle = (i * Math.PI) / 5
    return [radius * Math.sin(angle), -radius * Math.cos(angle)]
  }))
}

/**
 * The scene as an SVG document, one user unit a pixel.
 *
 * It has a frame because a vision tower with rotary positions only compares places: in front of an even background a small
 * one learns very slowly where it is looking, and a frame is a place to compare with. Photographs have skies and floors.
 */
export const svg = (scene: Scene): string => {
  const { height, width } = scene.size
  const inner = `x="${frame}" y="${frame}" width="${width - 2 * frame}" height="${height - 2 * frame}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>` +
    `${scene.shapes.map(texture).join("")}</defs><rect width="${width}" height="${height}"/>` +
    `<rect ${inner} fill="${css(scene.background)}"/>${scene.shapes.map(draw).join("")}</svg>`
}

/** The scene's pixels, row by row, three bytes (red, green, blue) each. */
export const renderRaw = async (scene: Scene): Promise<Uint8Array> =>
  (await loadSharp())(Buffer.from(svg(scene))).removeAlpha().raw().toBuffer()

/** The scene as a PNG file. The same scene gives the same bytes. */
export const renderPng = async (scene: Scene): Promise<Uint8Array> =>
  (await loadSharp())(Buffer.from(svg(scene))).removeAlpha().png({ compressionLevel: 6 }).toBuffer()

const draw = (shape: Shape, index: number): string => {
  const outline = geometry(shape.form, shape.box)
  const plain = `<${outline} fill="${css(shape.fill)}"/>`
  return shape.texture === "plain" ? plain : `${plain}<${outline} fill="url(#t${index})"/>`
}

const geometry = (form: Form, box: Box): string => {
  const width = box.x2 - box.x1
  const height = box.y2 - box.y1
  if (form === "circle") {
    return `ellipse cx="${box.x1 + width / 2}" cy="${box.y1 + height / 2}" rx="${width / 2}" ry="${height / 2}"`
  }
  const points = outlines[form].map(([x, y]) => `${round(box.x1 + x * width)},${round(box.y1 + y * height)}`)
  return `polygon points="${points.join(" ")}"`
}

const texture = (shape: Shape, index: number): string => {
  if (shape.texture === "plain") return ""
  const colour = css(shape.fill.map((c) => Math.round(c * 0.62)) as unknown as Rgb)
  const tile = shape.texture === "striped" ? 5 : 6
  const mark = shape.texture === "striped"
    ? `<rect width="${tile}" height="2" fill="${colour}"/>`
    : `<circle cx="3" cy="3" r="1.5" fill="${colour}"/>`
  return `<pattern id="t${index}" width="${tile}" height="${tile}" patternUnits="userSpaceOnUse" ` +
    `patternTransform="translate(${shape.box.x1} ${shape.box.y1}) rotate(45)">${mark}</pattern>`
}

const css = (rgb: Rgb): string => `rgb(${rgb.join(",")})`

const round = (value: number): number => Math.round(value * 1000) / 1000

function fitUnit(points: ReadonlyArray<readonly [number, number]>): ReadonlyArray<readonly [number, number]> {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top]
  return points.map(([x, y]) => [(x - left) / width, (y - top) / height])
}
