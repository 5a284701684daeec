/** COCO detection evaluation: its twelve numbers, and AP by category. */
import { ofAreas } from "./areas.ts"
import type { Id } from "./fields.ts"
import * as Grouping from "./Grouping.ts"
import * as Summary from "./Summary.ts"
import type { Annotation, Detection, Truth } from "./truth.ts"

export type { Rectangle } from "./Rectangle.ts"
export type { Detection, Truth } from "./truth.ts"

/** What COCO's evaluation comes to. */
export interface Evaluation {
  /** AP, AP50, AP75, AP small, medium, large, AR1, AR10, AR100, AR small, medium, large; -1 where there is no truth. */
  readonly stats: ReadonlyArray<number>
  /** By rising category id. */
  readonly perCategory: ReadonlyArray<{ readonly id: Id; readonly name: string; readonly ap: number }>
}

/** Detections of one category in one image beyond this rank are not looked at. */
const maxDetections = 100

/**
 * COCO detection evaluation, as pycocotools computes it.
 *
 * Detections rank by falling score; of equal ones the earlier comes first, within an image by their order in
 * `detections`, across images by image id. Annotations and detections of images or categories that the truth does not
 * list play no part. One difference: an annotation with id 0 is like any other (pycocotools counts what matches it as
 * wrong).
 *
 * Source: pycocotools 2.0, `COCOeval` with iouType "bbox".
 */
export const evaluate = (truth: Truth, detections: ReadonlyArray<Detection>): Evaluation => {
  const images = Grouping.indexOf(truth.images)
  const categories = Grouping.indexOf(truth.categories)
  const actual = Grouping.group(truth.annotations, images, categories)
  const said = Grouping.group(detections, images, categories)
  const results = categories.ids.map((_, category) => evaluateCategory(truth, detections, actual, said, category))
  const names = new Map(truth.categories.map(({ id, name }) => [id, name]))
  return {
    stats: Summary.stats(results),
    perCategory: categories.ids.map((id, category) => ({
      id,
      name: names.get(id)!,
      ap: Summary.meanAp(results[category]!)
    }))
  }
}

const evaluateCategory = (
  truth: Truth,
  detections: ReadonlyArray<Detection>,
  actual: Grouping.Grouping,
  said: Grouping.Grouping,
  category: number
): Summary.CategoryResult => {
  const areas = ofAreas(said.end(category) - said.start(category))
  const scores: Array<number> = []
  let t = actual.start(category)
  let d = said.start(category)
  const lastTrue = actual.end(category)
  const lastSaid = said.end(category)
  while (t < lastTrue || d < lastSaid) {
    const image = Math.min(t < lastTrue ? actual.imageAt(t) : Infinity, d < lastSaid ? said.imageAt(d) : Infinity)
    const here: Array<Annotation> = []
    while (t < lastTrue && actual.imageAt(t) === image) here.push(truth.annotations[actual.order[t++]!]!)
    const found: Array<Detection> = []
    while (d < lastSaid && said.imageAt(d) === image) found.push(detections[said.order[d++]!]!)
    sortByScore(found)
    if (found.length > maxDetections) found.length = maxDetections
    areas.add(here, found)
    for (const detection of found) scores.push(detection.score)
  }
  const order = Uint32Array.from(scores.keys())
  if (!isFalling(scores)) order.sort((a, b) => scores[b]! - scores[a]! || a - b)
  return areas.finish(order)
}

const isFalling = (scores: ReadonlyArray<number>): boolean => {
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[i - 1]!) return false
  return true
}

const sortByScore = (detections: Array<Detection>): void => {
  for (let i = 1; i < detections.length; i++) {
    if (detections[i]!.score > detections[i - 1]!.score) {
      detections.sort((a, b) => b.score - a.score)
      return
    }
  }
}
