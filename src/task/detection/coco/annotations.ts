/** The annotations of an instances file as a data set takes them: boxes of images that the file lists. */
import type { TrueObject } from "../example.ts"
import { areaOf, crowdOf, type Id, idOf, isId, isRow, type Row, rectangleOf, show } from "./fields.ts"
import { type Draft, faultOf, type Index, type Problem } from "./images.ts"

/** What annotations refer to. */
export interface Known {
  readonly images: Index
  /** Name of each category by its id. */
  readonly names: ReadonlyMap<Id, string>
}

/** A true object of the image at a place, or a problem of that image, or of none. */
export type Found =
  | { readonly image: number; readonly object: TrueObject }
  | { readonly image: number | undefined; readonly problem: Problem }

/** Reads a row, the `index`-th of its list. */
export const readAnnotation = (row: unknown, index: number, known: Known): Found => {
  if (!isRow(row)) {
    const message = `must be an object, not ${show(row)}. Correct it.`
    return { image: undefined, problem: { entry: `annotations[${index}]`, message } }
  }
  const [id, imageId] = [row["id"], row["image_id"]]
  const image = isId(imageId) ? known.images.places.get(imageId) : undefined
  const bad = (message: string): Found => {
    const entry = isId(id) ? `annotation ${id}` : `annotations[${index}]`
    return { image, problem: { entry, message } }
  }
  try {
    const found = readObject(row, image, known)
    return typeof found === "string" || image === undefined ? bad(String(found)) : { image, object: found }
  } catch (cause) {
    return bad(faultOf(cause))
  }
}

/** The object, or what is wrong with the row. Throws `BadField`. */
const readObject = (row: Row, image: number | undefined, { images, names }: Known): TrueObject | string => {
  const [imageId, category] = [idOf(row, "image_id"), idOf(row, "category_id")]
  const bbox = rectangleOf(row)
  const [area, crowd] = [areaOf(row, bbox), crowdOf(row) === 1]
  if (image === undefined) return `field "image_id": no image has the id ${show(imageId)}. Add it or drop the row.`
  const label = names.get(category)
  if (label === undefined) return `field "category_id": no category has the id ${show(category)}. Add it or drop the row.`
  const [x, y, width, height] = bbox
  if (width === 0 || height === 0) return `field "bbox": [${bbox.join(", ")}] is empty. Width and height must be positive.`
  const [w, h] = [images.widths[image]!, images.heights[image]!]
  if (isOutside(x, width, w) || isOutside(y, height, h)) {
    return `field "bbox": [${bbox.join(", ")}] leaves the image of ${w} x ${h} pixels. ` +
      "COCO boxes are x, y, width, height in pixels; a file of corners must be converted first."
  }
  return { label, box: { space: "original", x1: x, y1: y, x2: x + width, y2: y + height }, area, crowd }
}

/**
 * Hand-drawn boxes overshoot a little; more than 2 % of the side and a pixel means that the numbers are something
 * else.
 */
const isOutside = (start: number, length: number, side: number): boolean => {
  const slack = 1 + 0.02 * side
  return start < -slack || start + length > side + slack
}

/** What an image asks about, or what is wrong with it as a whole. */
export type Asked =
  | { readonly positives: ReadonlyArray<string>; readonly negatives: ReadonlyArray<string> }
  | { readonly problem: Problem }

/**
 * What is asked about an image: the labels of its objects in the order of the categories (`order`) or, with `questions`,
 * its `text` and `neg_text`, which must agree with them.
 */
export const askedOf = (
  { id, negText, text }: Draft,
  objects: ReadonlyArray<TrueObject>,
  questions: boolean,
  order: ReadonlyMap<string, number>
): Asked => {
  const present = new Set(objects.filter((object) => !object.crowd).map((object) => object.label))
  const negatives = [...new Set(negText)]
  if (!questions) return { positives: [...present].sort((a, b) => order.get(a)! - order.get(b)!), negatives }
  const problem = (message: string) => ({ problem: { entry: `image ${id}`, message } })
  const missing = text.find((label) => !present.has(label))
  if (missing !== undefined) {
    return problem(`field "text": "${missing}" has no annotation in this image. Annotate it or move it to neg_text.`)
  }
  const contradicted = negText.find((label) => present.has(label))
  if (contradicted !== undefined) {
    return problem(`field "neg_text": "${contradicted}" is annotated in this image. Take it out of neg_text.`)
  }
  return { positives: [...new Set(text)], negatives }
}
