/** Pairs of figures, one of which stands in a relation to the other that anybody sees. */
import type { Box, Size } from "../Box.ts"
import { integer, type Next, pick } from "./chance.ts"
import { type Body, isWithin, meet } from "./outline.ts"
import { grow, moved, settle, square } from "./place.ts"
import type { Figure, Traits } from "./thing.ts"

/** Forms that have room for another. */
const roomy: ReadonlyArray<string> = ["circle", "square", "triangle"]

type Boxes = readonly [a: Box<"original">, b: Box<"original">]

/**
 * The first figure within the second, beside it so that they touch, or upon it, at a free place; undefined where there is
 * none or the two are too alike to be told apart. In the order in which they are to be drawn.
 */
export const related = (
  next: Next,
  size: Size,
  first: Traits,
  second: Traits,
  taken: ReadonlyArray<Box<"original">>
): ReadonlyArray<Figure> | undefined => {
  if (first.form === second.form || first.colour === second.colour) return undefined
  const short = Math.min(size.width, size.height)
  const kind = pick(next, roomy.includes(second.form) ? ["within", "within", "beside", "upon"] : ["beside", "upon"])
  const boxes = kind === "within" ? within(next, short, first, second) : contact(next, short, first, second, kind === "upon")
  if (boxes === undefined) return undefined
  const [a, b] = boxes
  const all: Box<"original"> = {
    space: "original",
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
    x2: Math.max(a.x2, b.x2),
    y2: Math.max(a.y2, b.y2)
  }
  const found = settle(next, size, all, taken)
  if (found === undefined) return undefined
  const [right, down] = [found.x1 - all.x1, found.y1 - all.y1]
  return [{ ...second, box: moved(b, right, down) }, { ...first, box: moved(a, right, down) }]
}

/** A small one that leaves two pixels of the large one on all sides. */
const within = (next: Next, short: number, first: Traits, second: Traits): Boxes | undefined => {
  const side = Math.round(short * (0.42 + 0.13 * next()))
  const outer = square(0, 0, side)
  const inner = Math.round(side * (0.32 + (second.form === "triangle" ? 0.04 : 0.1) * next()))
  for (let attempt = 0; attempt < 30; attempt++) {
    const box = square(integer(next, 0, side - inner), integer(next, 0, side - inner), inner)
    const room: Body = { form: first.form, box: grow(box, 2) }
    if (isWithin(room, { form: second.form, box: outer })) return [box, outer]
  }
  return undefined
}

/** The first moved towards the second, from the left or from above, until they touch. */
const contact = (next: Next, short: number, first: Traits, second: Traits, upon: boolean): Boxes => {
  const [a, b] = [0, 1].map(() => Math.round(short * (0.2 + 0.14 * next()))) as [number, number]
  const aside = Math.round((b - a) / 2 + 0.1 * Math.min(a, b) * (2 * next() - 1))
  const still: Body = { form: second.form, box: square(0, 0, b) }
  const at = (gap: number): Box<"original"> => upon ? square(aside, -a - gap, a) : square(-a - gap, aside, a)
  let gap = 1
  while (!meet({ form: first.form, box: at(gap) }, still)) gap--
  return next() < 0.5 || upon ? [at(gap), still.box] : mirrored([at(gap), still.box])
}

/** The first to the right instead: every form is its own mirror image. */
const mirrored = ([a, b]: Boxes): Boxes => [square(b.x2 - (a.x2 - b.x1), a.y1, a.x2 - a.x1), b]
