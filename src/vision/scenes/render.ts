/** Scenes as pictures. */
import { loadSharp } from "../sharp.ts"
import { drawing } from "./draw.ts"
import { css, ground, type Style } from "./look.ts"
import { outline } from "./outline.ts"
import type { Rgb, Scene, Shape } from "./scene.ts"
import type { View } from "./thing.ts"

/**
 * The scene as an SVG document, one user unit a pixel.
 *
 * It has a frame because a vision tower with rotary positions only compares places: in front of an even background a small
 * one learns very slowly where it is looking, and a frame is a place to compare with. Photographs have skies and floors.
 */
export const svg = (scene: Scene, style: Style = "plain"): string => {
  if (style !== "plain") return drawing(asView(scene), style)
  const { height, width } = scene.size
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>` +
    `${scene.shapes.map(texture).join("")}</defs>${ground("plain", scene.size, scene.background)}` +
    `${scene.shapes.map(draw).join("")}</svg>`
}

/** The scene's pixels, row by row, three bytes (red, green, blue) each. */
export const renderRaw = async (scene: Scene): Promise<Uint8Array> =>
  (await loadSharp())(Buffer.from(svg(scene))).removeAlpha().raw().toBuffer()

/** The scene as a PNG file. The same scene gives the same bytes. */
export const renderPng = (scene: Scene): Promise<Uint8Array> => pngOf(svg(scene))

/** An SVG document as a PNG file. */
export const pngOf = async (document: string): Promise<Uint8Array> =>
  (await loadSharp())(Buffer.from(document)).removeAlpha().png({ compressionLevel: 6 }).toBuffer()

/** Its shapes as figures. Their textures are left out: they are not part of their names, and a sketch hatches them anyway. */
const asView = ({ background, shapes, size }: Scene): View => ({
  background,
  size,
  things: shapes.map(({ box, colour, fill, form }) => ({ form, colour, fill, box, material: "plain", border: false }))
})

const draw = (shape: Shape, index: number): string => {
  const form = outline(shape.form, shape.box)
  const plain = `<${form} fill="${css(shape.fill)}"/>`
  return shape.texture === "plain" ? plain : `${plain}<${form} fill="url(#t${index})"/>`
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
