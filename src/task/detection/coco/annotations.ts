/** The annotations of an instances file as a data set takes them: boxes of images that the file lists. */
import type { Problem } from "../../problem.ts"
import type { TrueObject } from "../example.ts"
import { areaOf, crowdOf, faultOf, type Id, idOf, isId, isRow, type Row, rectangleOf, show } from "./fields.ts"
import type { Index } from "./images.ts"

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

type Fault = Omit<Problem, "entry">

const isFault = (found: TrueObject | Fault): found is Fault => "message" in found

/** Reads a row, the `index`-th of its list. */
export const readAnnotation = (row: unknown, index: number, known: Known): Found => {
  if (!isRow(row)) {
    const message = `must be an object, not ${show(row)}. Correct it.`
    return { image: undefined, problem: { kind: "no object", entry: `annotations[${index}]`, message } }
  }
  const [id, imageId] = [row["id"], row["image_id"]]
  const image = isId(imageId) ? known.images.places.get(imageId) : undefined
  const bad = (fault: Fault): Found => {
    const entry = isId(id) ? `annotation ${id}` : `annotations[${index}]`
    return { image, problem: { entry, ...fault } }
  }
  try {
    const found = readObject(row, image, known)
    return isFault(found) ? bad(found) : { image: image!, object: found }
  } catch (cause) {
    return bad(faultOf(cause))
  }
}

/** The object, or what is wrong with the row. Throws `BadField`. */
const readObject = (row: Row, image: number | undefined, { images, names }: Known): TrueObject | Fault => {
  const [imageId, category] = [idOf(row, "image_id"), idOf(row, "category_id")]
  const bbox = rectangleOf(row)
  const [area, crowd] = [areaOf(row, bbox), crowdOf(row) === 1]
  const unknown = (field: string, message: string): Fault =>
    ({ kind: `unknown ${field}`, message: `field "${field}": ${message}. Add it or drop the row.` })
  if (image === undefined) return unknown("image_id", `no image has the id ${show(imageId)}`)
  const label = names.get(category)
  if (label === undefined) return unknown("category_id", `no category has the id ${show(category)}`)
  const [x, y, width, height] = bbox
  if (width === 0 || height === 0) {
    const message = `field "bbox": [${bbox.join(", ")}] is empty. Width and height must be positive.`
    return { kind: "an empty box", message }
  }
  const size = { width: images.widths[image]!, height: images.heights[image]! }
  if (isOutside(x, width, size.width) || isOutside(y, height, size.height)) {
    const message = `field "bbox": [${bbox.join(", ")}] leaves the image of ${size.width} x ${size.height} pixels. ` +
      "COCO boxes are x, y, width, height in pixels; a file of corners must be converted first."
    return { kind: "a box that leaves the image", message }
  }
  return { label, box: { space: "original", x1: x, y1: y, x2: x + width, y2: y + height }, area, crowd }
}

/**
 * Hand-drawn boxes overshoot a little; more than 2 % of the side and a pixel means that the numbers are something
 * else.
 */
export const isOutside = (start: number, length: number, side: number): boolean => {
  const slack = 1 + 0.02 * side
  return start < -slack || start + length > side + slack
}
