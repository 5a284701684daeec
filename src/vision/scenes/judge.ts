/** Of which things a phrase is true, by geometry. */
import { area, type Box, intersection, type Size } from "../Box.ts"
import { isWithin, meet, overlap } from "./outline.ts"
import type { Extreme, Noun, Phrase, Position, Relation } from "./phrase.ts"
import { grow } from "./place.ts"
import { type Figure, isFigure, type Thing, type View } from "./thing.ts"

/** Undefined where people could disagree: then nothing may be asked about it. */
export type Verdict = boolean | undefined

/** Differences that everybody sees: a tenth of the side, or a third of the area. */
const margins = { place: 0.1, size: Math.log(4 / 3) }

/** Whether the phrase is true of each of the view's things. */
export const judge = (phrase: Phrase, { size, things }: View): ReadonlyArray<Verdict> => {
  if (phrase.says === "name") return things.map((thing) => !isFigure(thing) && thing.name === phrase.name)
  const figures = things.filter(isFigure)
  const heads = figures.filter((figure) => fits(phrase.head, figure) !== false)
  const holds = heads.length === 0 ? () => false : sentence(phrase, figures, heads, size)
  return things.map((thing) => {
    if (!isFigure(thing)) return false
    const fit = fits(phrase.head, thing)
    return fit === true ? holds(thing) : fit
  })
}

/** What a phrase says of figures that its head fits. */
const sentence = (
  phrase: Exclude<Phrase, { says: "name" }>,
  figures: ReadonlyArray<Figure>,
  heads: ReadonlyArray<Figure>,
  size: Size
): (figure: Figure) => Verdict => {
  switch (phrase.says) {
    case "noun":
      return () => true
    case "not":
      return ({ colour }) => colour !== phrase.colour
    case "border":
      return ({ border }) => border === phrase.has
    case "extreme": {
      const found = extreme(phrase.word, heads, size)
      return (figure) => found === undefined ? undefined : figure === found
    }
    case "position": {
      const others = figures.filter((figure) => fits(phrase.other, figure) !== false)
      const [other] = others
      if (other === undefined) return () => false
      return (figure) => others.length > 1 ? undefined : figure !== other && stands(phrase.word, figure.box, other.box, size)
    }
    case "relation": {
      const others = figures.filter((figure) => fits(phrase.other, figure) !== false)
      return (figure) => {
        const verdicts = others.filter((other) => other !== figure).map((other) => related[phrase.word](figure, other))
        return verdicts.includes(true) || (verdicts.includes(undefined) ? undefined : false)
      }
    }
  }
}

/** A black border around an even fill leaves open whether that is plain. */
const fits = ({ adjective, form }: Noun, figure: Figure): Verdict => {
  if (figure.form !== form) return false
  if (adjective === "plain" && figure.border) return undefined
  return adjective === undefined || figure.colour === adjective || figure.material === adjective
}

const middle = ({ x1, x2, y1, y2 }: Box): readonly [x: number, y: number] => [(x1 + x2) / 2, (y1 + y2) / 2]

/** The one of several that stands out from the next; undefined where none does, or there is only one. */
const extreme = (word: Extreme, heads: ReadonlyArray<Figure>, { height, width }: Size): Figure | undefined => {
  const [rank, margin] = {
    leftmost: [({ box }: Figure) => middle(box)[0], margins.place * width],
    rightmost: [({ box }: Figure) => -middle(box)[0], margins.place * width],
    topmost: [({ box }: Figure) => middle(box)[1], margins.place * height],
    lowest: [({ box }: Figure) => -middle(box)[1], margins.place * height],
    smallest: [({ box }: Figure) => Math.log(area(box)), margins.size],
    largest: [({ box }: Figure) => -Math.log(area(box)), margins.size]
  }[word] as [(figure: Figure) => number, number]
  const [first, next] = heads.toSorted((a, b) => rank(a) - rank(b))
  return first !== undefined && next !== undefined && rank(next) - rank(first) >= margin ? first : undefined
}

/** Towards a side by a tenth of the image and at least half as far as across; not at all where the middle is not beyond. */
const stands = (word: Position, a: Box, b: Box, { height, width }: Size): Verdict => {
  const [[ax, ay], [bx, by]] = [middle(a), middle(b)]
  const [along, across, margin] = {
    "left of": [bx - ax, by - ay, margins.place * width],
    "right of": [ax - bx, by - ay, margins.place * width],
    above: [by - ay, bx - ax, margins.place * height],
    below: [ay - by, bx - ax, margins.place * height]
  }[word] as [number, number, number]
  return along <= 0 ? false : along >= margin && along >= Math.abs(across) / 2 ? true : undefined
}

const near = (a: Thing, b: Thing): boolean => intersection(grow(a.box, 3), b.box) > 0

const inside = (a: Figure, b: Figure): Verdict => {
  if (!near(a, b) || area(a.box) >= area(b.box)) return false
  return isWithin(a, b) || (overlap(a, b) ? undefined : false)
}

/** What is inside of another could be said to touch it, or to lie on it. */
const touching = (a: Figure, b: Figure): Verdict => {
  if (!near(a, b)) return false
  return inside(a, b) !== false || inside(b, a) !== false || !meet(a, b) ? undefined : true
}

const on = (a: Figure, b: Figure): Verdict => {
  const contact = touching(a, b)
  if (contact !== true) return contact
  const [[ax, ay], [bx, by]] = [middle(a.box), middle(b.box)]
  return by - ay >= 2 * Math.abs(bx - ax) ? true : by - ay <= Math.abs(bx - ax) / 2 ? false : undefined
}

const related: { readonly [word in Relation]: (a: Figure, b: Figure) => Verdict } = {
  inside,
  around: (a, b) => inside(b, a),
  touching,
  on,
  under: (a, b) => on(b, a)
}
