/** The labels that a choice offers: the true one, and others that it could be mistaken for. */
import * as Random from "../../pipeline/Random.ts"
import { iou, type LabeledBox } from "../../vision/Box.ts"
import * as Text from "../Text.ts"
import { folded } from "./read.ts"

type Object = LabeledBox<"original">

/** An object in the same place is named by its own label as well, so that one would be right too. */
const samePlace = 0.5

const shuffled = (key: Random.Key, labels: Iterable<string>): ReadonlyArray<string> => {
  const all = [...labels]
  return Random.permutation(key, all.length).map((i) => all[i]!)
}

/** Words that two labels share: a red star is more like a red circle than like a blue square. */
const likeness = (label: string): (other: string) => number => {
  const own = new Set(Text.words(folded(label)))
  return (other) => Text.words(folded(other)).filter((word) => own.has(word)).length
}

/**
 * Up to `count` labels for an object, its own among them, in an order that says nothing: first those of the other objects of
 * the image, then those of the categories, the most alike (in shared words) before the others.
 *
 * No two are equal but for case. Labels of objects that stand in the same place (IoU of 0.5 and more) are not offered.
 */
export const offer = (
  key: Random.Key,
  { box, label }: Object,
  objects: ReadonlyArray<Object>,
  categories: ReadonlyArray<string>,
  count: number
): ReadonlyArray<string> => {
  const like = likeness(label)
  const present = shuffled(Random.fold(key, "present"), new Set(objects.map((object) => object.label)))
  const known = shuffled(Random.fold(key, "categories"), categories).toSorted((a, b) => like(b) - like(a))
  const right = objects.filter((object) => iou(object.box, box) >= samePlace).map((object) => object.label)
  const taken = new Set([label, ...right].map(folded))
  const others = [...present, ...known].filter((other) => {
    const isNew = !taken.has(folded(other))
    taken.add(folded(other))
    return isNew
  })
  return shuffled(Random.fold(key, "order"), [label, ...others.slice(0, count - 1)])
}
