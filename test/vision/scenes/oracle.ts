/** What an English phrase is true of, written a second time, crudely and from the words alone: what tests hold labels against. */
import { area } from "../../../src/vision/Box.ts"
import type { Figure, Thing } from "../../../src/vision/scenes/thing.ts"

const middle = ({ box }: Thing) => ({ x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 })

const within = (a: Thing, b: Thing): boolean =>
  a.box.x1 > b.box.x1 && a.box.y1 > b.box.y1 && a.box.x2 < b.box.x2 && a.box.y2 < b.box.y2

/** At most a tip apart, by their boxes. */
const meets = (a: Thing, b: Thing): boolean =>
  a !== b && !within(a, b) && !within(b, a) &&
  a.box.x1 <= b.box.x2 + 1 && b.box.x1 <= a.box.x2 + 1 && a.box.y1 <= b.box.y2 + 1 && b.box.y1 <= a.box.y2 + 1

const upon = (a: Thing, b: Thing): boolean =>
  meets(a, b) && middle(b).y - middle(a).y > Math.abs(middle(b).x - middle(a).x)

const relations: { readonly [words: string]: (a: Thing, b: Thing) => boolean } = {
  "left of the": (a, b) => middle(a).x < middle(b).x,
  "right of the": (a, b) => middle(a).x > middle(b).x,
  "above the": (a, b) => middle(a).y < middle(b).y,
  "below the": (a, b) => middle(a).y > middle(b).y,
  "inside a": within,
  "around a": (a, b) => within(b, a),
  "touching a": meets,
  "on a": upon,
  "under a": (a, b) => upon(b, a)
}

const ranks: { readonly [word: string]: (one: Thing) => number } = {
  leftmost: (one) => middle(one).x,
  rightmost: (one) => -middle(one).x,
  topmost: (one) => middle(one).y,
  lowest: (one) => -middle(one).y,
  smallest: (one) => area(one.box),
  largest: (one) => -area(one.box)
}

const sentence = new RegExp(
  "^(?:(leftmost|rightmost|topmost|lowest|smallest|largest) )?(.+?)" +
    `(?: (${Object.keys(relations).join("|")}) (.+)| that is not (\\w+)| (with|without) a border)?$`
)

const isNoun = (words: string, thing: Thing): thing is Figure => {
  if (!("form" in thing)) return thing.name === words
  const [form, adjective] = words.split(" ").reverse()
  return thing.form === form && (adjective === undefined || [thing.colour, thing.material].some((one) => one === adjective))
}

/** The things that the words are true of. */
export const meant = (words: string, things: ReadonlyArray<Thing>): ReadonlyArray<Thing> => {
  const [, end, head, relation, other, colour, border] = sentence.exec(words)!
  const heads = things.filter((thing) => isNoun(head!, thing))
  if (end !== undefined) return heads.toSorted((a, b) => ranks[end]!(a) - ranks[end]!(b)).slice(0, 1)
  return heads.filter((thing) => {
    if (relation !== undefined) return things.some((one) => one !== thing && isNoun(other!, one) && relations[relation]!(thing, one))
    if (colour !== undefined) return "colour" in thing && thing.colour !== colour
    if (border !== undefined) return "border" in thing && thing.border === (border === "with")
    return true
  })
}
