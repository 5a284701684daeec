/** Views composed so that there is something to say about them that a subset is about. */
import type { Box, Size } from "../Box.ts"
import { integer, type Next, pick, weighted } from "./chance.ts"
import { type NamedKind, namesOf } from "./names.ts"
import { related as relatedPair } from "./pair.ts"
import type { Subset } from "./phrase.ts"
import { settle, square } from "./place.ts"
import { colours, drawBackground, tinted } from "./scene.ts"
import { type Figure, figureForms, type Material, materials, type Sign, type Thing, type Traits, type View } from "./thing.ts"

/** How the figures of a subset come. */
interface Habits {
  /** Share of figures that take the form of an earlier one. */
  readonly twins: number
  readonly materials: ReadonlyArray<Material>
  /** Share of plain figures that have a border. */
  readonly bordered: number
  /** Probability of a first pair that stands in a relation, and of a second. */
  readonly pairs: readonly [number, number]
  /** Probability of 1, 2, ... figures beside the pairs. */
  readonly counts: ReadonlyArray<number>
}

const plain: ReadonlyArray<Material> = ["plain"]
const counts = [0, 0.4, 0.4, 0.2]

const habits: { readonly [subset in Exclude<Subset, NamedKind>]: Habits } = {
  color: { twins: 0.35, materials: ["plain", "plain", "plain", "striped", "dotted"], bordered: 0, pairs: [0, 0], counts },
  material: { twins: 0.35, materials, bordered: 0, pairs: [0, 0], counts },
  position: { twins: 0.2, materials: plain, bordered: 0, pairs: [0, 0], counts },
  relationship: { twins: 0.3, materials: plain, bordered: 0, pairs: [1, 0.35], counts: [0.8, 0.2] },
  negation: { twins: 0.55, materials: plain, bordered: 0.5, pairs: [0, 0], counts },
  referring: {
    twins: 0.6,
    materials: ["plain", "plain", "striped", "dotted", "outlined"],
    bordered: 0.3,
    pairs: [0.4, 0],
    counts: [0, 0.3, 0.45, 0.25]
  }
}

/**
 * The view of a stream of random numbers in [0, 1) for a subset: up to four things (with pairs five) of a fifth to two fifths of
 * the shorter side of the image; names and what has another inside are larger, up to a bit over half, and what is inside is at
 * least an eighth. Nothing touches anything but in a pair: one thing inside of another, which hides less than a fifth of that
 * one's box, or side by side or one upon the other without hiding more than a tip of three pixels.
 *
 * `size` in pixels; its sides are at least 64.
 */
export const compose = (subset: Subset, next: Next, size: Size): View => {
  const background = drawBackground(next)
  const things = subset === "celebrity" || subset === "logo" || subset === "landmark"
    ? signs(subset, next, size)
    : figures(habits[subset], next, size)
  return { size, background, things }
}

/** Equal for views that show the same things at the same places, whatever their tints and backgrounds. */
export const signatureOf = ({ size, things }: View): string =>
  JSON.stringify([
    size.width,
    size.height,
    things.map(({ box, ...thing }) => ["fill" in thing ? { ...thing, fill: 0 } : thing, box.x1, box.y1, box.x2, box.y2])
  ])

const sideOf = (next: Next, { height, width }: Size, smallest: number, largest: number): number =>
  Math.round(Math.min(width, height) * (smallest + (largest - smallest) * next()))

const traits = (next: Next, habit: Habits, earlier: ReadonlyArray<Figure>): Traits => {
  const twin = earlier.length > 0 && next() < habit.twins ? pick(next, earlier) : undefined
  const colour = twin !== undefined && next() < 0.4 ? twin.colour : pick(next, colours)
  const material = pick(next, habit.materials)
  return {
    form: twin?.form ?? pick(next, figureForms),
    colour,
    material,
    border: next() < habit.bordered && material === "plain",
    fill: tinted(next, colour)
  }
}

const figures = (habit: Habits, next: Next, size: Size): ReadonlyArray<Figure> => {
  const placed: Array<Figure> = []
  const boxes = () => placed.map(({ box }) => box)
  for (const chance of habit.pairs) {
    if (next() >= chance) break
    const first = traits(next, habit, placed)
    const second = traits(next, habit, [])
    const pair = relatedPair(next, size, first, second, boxes())
    if (pair !== undefined) placed.push(...pair)
  }
  const beside = placed.length > 2 ? 0 : weighted(next, habit.counts) + 1 - placed.length / 2
  for (let n = beside; n > 0; n--) {
    const one = traits(next, habit, placed)
    const side = sideOf(next, size, 0.2, 0.38)
    const box = settle(next, size, square(0, 0, side), boxes())
    if (box !== undefined) placed.push({ ...one, box })
  }
  return placed
}

const signs = (kind: NamedKind, next: Next, size: Size): ReadonlyArray<Thing> => {
  const placed: Array<Sign> = []
  for (let n = integer(next, 1, 3); n > 0; n--) {
    const side = sideOf(next, size, 0.28, 0.45)
    const box: Box<"original"> | undefined = settle(next, size, square(0, 0, side), placed.map((sign) => sign.box))
    if (box !== undefined) placed.push({ name: pick(next, namesOf(kind)), box })
  }
  return placed
}
