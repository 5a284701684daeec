/** Scenes of coloured shapes, as data: what a generated picture shows. */
import { area, type Box, intersection, type Size } from "../Box.ts"
import { integer, type Next, pick, weighted } from "./chance.ts"
import { frame, grow, square } from "./place.ts"

export const forms = ["circle", "square", "triangle", "star"] as const
export const colours = ["red", "green", "blue", "yellow", "purple", "orange"] as const
export const textures = ["plain", "striped", "dotted"] as const

export type Form = typeof forms[number]
export type Colour = typeof colours[number]
export type Texture = typeof textures[number]
/** Red, green and blue in 0..255. */
export type Rgb = readonly [number, number, number]

/** One object of a scene. It fills its box, which has integer sides, exactly. */
export interface Shape {
  readonly form: Form
  readonly colour: Colour
  readonly texture: Texture
  readonly fill: Rgb
  readonly box: Box<"original">
}

/** A picture as data. Later shapes lie on top of earlier ones. */
export interface Scene {
  readonly size: Size
  /** A grey. */
  readonly background: Rgb
  readonly shapes: ReadonlyArray<Shape>
}

/** All 24 labels that scenes can hold, in a fixed order. */
export const labels: ReadonlyArray<string> = colours.flatMap((colour) => forms.map((form) => `${colour} ${form}`))

/** What a shape is called. Its texture is not part of the name. */
export const label = (shape: Pick<Shape, "form" | "colour">): string => `${shape.colour} ${shape.form}`

const paint: { readonly [colour in Colour]: Rgb } = {
  red: [212, 35, 40],
  green: [40, 158, 62],
  blue: [38, 92, 222],
  yellow: [242, 208, 32],
  purple: [142, 58, 190],
  orange: [246, 132, 24]
}

/** What the shapes of a scene are like. */
interface Crowd {
  /** Probability of 1, 2, ... objects. */
  readonly counts: ReadonlyArray<number>
  /** Share of objects that are smaller than 0.5 % of the image. */
  readonly small: number
  /** Share of objects that repeat the label of an earlier one. */
  readonly repeated: number
  /** Side of the largest of the other objects less that of the smallest, as a share of the shorter side of the image. */
  readonly spread: number
  /** Whether boxes stand clear of each other. */
  readonly clear: boolean
}

const few = [0.25, 0.28, 0.22, 0.15, 0.06, 0.04]

/** "small": all below 0.5 % of the image. "many": 1 to 10, of few kinds, none of them small. */
export const crowds = {
  usual: { counts: few, small: 0.12, repeated: 0.15, spread: 0.45, clear: false },
  small: { counts: few, small: 1, repeated: 0.15, spread: 0, clear: false },
  many: { counts: Array.from({ length: 10 }, () => 0.1), small: 0, repeated: 0.75, spread: 0.11, clear: true }
} as const satisfies { readonly [name: string]: Crowd }

export type Objects = keyof typeof crowds

const smallArea = 0.005
const largestIou = 0.15
const largestHidden = 0.25

/**
 * The scene of a stream of random numbers in [0, 1): usually 1 to 6 shapes (mostly up to 4), about 12 % of them below 0.5 % of
 * the image area, the largest a bit over half the shorter side. Boxes of any pair have IoU < 0.15, no shape is hidden by more
 * than a quarter of its box, and shapes of one colour do not touch. Labels may repeat. `objects` says what else there may be.
 *
 * `size` in pixels; its sides are at least 32.
 */
export const scene = (next: Next, size: Size, objects: Objects = "usual"): Scene => {
  const crowd: Crowd = crowds[objects]
  const background = drawBackground(next)
  const shapes: Array<Shape> = []
  for (let n = weighted(next, crowd.counts) + 1; n > 0; n--) {
    const twin = shapes.length > 0 && next() < crowd.repeated ? pick(next, shapes) : undefined
    const colour = twin?.colour ?? pick(next, colours)
    const form = twin?.form ?? pick(next, forms)
    const fill = tinted(next, colour)
    const texture = pick(next, textures)
    const box = place(next, size, crowd, colour, shapes)
    if (box !== undefined) shapes.push({ form, colour, texture, fill, box })
  }
  return { size, background, shapes }
}

/** Equal for scenes that show the same shapes at the same places, whatever their textures, tints and backgrounds. */
export const signature = (value: Scene): string =>
  JSON.stringify([
    value.size.width,
    value.size.height,
    value.shapes.map((s) => [s.form, s.colour, s.box.x1, s.box.y1, s.box.x2, s.box.y2])
  ])

/** About the grey that image processors map to 0, so that a model sees shapes before anything else. */
export const drawBackground = (next: Next): Rgb => {
  const base = integer(next, 95, 150)
  const tint = () => clampByte(base + integer(next, -2, 2))
  return [tint(), tint(), tint()]
}

/** A colour as it comes, each time a little different. */
export const tinted = (next: Next, colour: Colour): Rgb =>
  paint[colour].map((c) => clampByte(c + integer(next, -10, 10))) as unknown as Rgb

/** A free place for one more shape; undefined when many tries, each smaller than the last, found none. */
const place = (
  next: Next,
  size: Size,
  crowd: Crowd,
  colour: Colour,
  shapes: ReadonlyArray<Shape>
): Box<"original"> | undefined => {
  const short = Math.min(size.width, size.height)
  const smallest = Math.ceil(Math.sqrt(smallArea * size.width * size.height)) - 1
  const small = next() < crowd.small
  let side = small
    ? integer(next, Math.max(4, Math.round(0.7 * smallest)), smallest)
    : Math.round(short * (0.09 + crowd.spread * next() ** 1.2))
  for (let attempt = 0; attempt < 60; attempt++) {
    if (!small && attempt % 10 === 9) side = Math.max(smallest + 2, Math.round(side * 0.8))
    const x1 = integer(next, frame, size.width - frame - side)
    const y1 = integer(next, frame, size.height - frame - side)
    const box = square(x1, y1, side)
    const fits = crowd.clear ? standsClear(box, shapes) : overlapsLittle(box, colour, shapes)
    if (fits) return box
  }
  return undefined
}

const standsClear = (box: Box, shapes: ReadonlyArray<Shape>): boolean =>
  shapes.every((shape) => intersection(grow(box, 2), shape.box) === 0)

const overlapsLittle = (box: Box, colour: Colour, shapes: ReadonlyArray<Shape>): boolean =>
  shapes.every((shape, i) => {
    const shared = intersection(box, shape.box)
    if (shape.colour === colour && intersection(grow(box, 2), shape.box) > 0) return false
    const hidden = shapes.slice(i + 1).reduce((sum, later) => sum + intersection(later.box, shape.box), shared)
    return hidden <= largestHidden * area(shape.box) && shared < largestIou * (area(box) + area(shape.box) - shared)
  })

const clampByte = (value: number): number => Math.max(0, Math.min(255, value))
