/** COCO's files as its evaluation takes them: truth and detections. */
import { readJson } from "../../readJson.ts"
import { readRow, refuseTwice, rowsOf, takeCategories, unusable } from "./document.ts"
import { areaOf, crowdOf, type Id, idOf, numberOf, type Row, rectangleOf, show } from "./fields.ts"
import type { Annotation, Detection, Truth } from "./truth.ts"

/** What a file holds, and what was odd in it. */
export interface Read<A> {
  readonly value: A
  readonly warnings: ReadonlyArray<string>
}

const annotationOf = (row: Row): Annotation => {
  const bbox = rectangleOf(row)
  return {
    image_id: idOf(row, "image_id"),
    category_id: idOf(row, "category_id"),
    bbox,
    area: areaOf(row, bbox),
    iscrowd: crowdOf(row)
  }
}

const detectionOf = (row: Row): Detection => ({
  image_id: idOf(row, "image_id"),
  category_id: idOf(row, "category_id"),
  bbox: rectangleOf(row),
  score: numberOf(row, "score")
})

const imageOf = (row: Row) => ({ id: idOf(row, "id") })

/** What the file says of itself that an evaluation should know. */
const oddities = () => {
  let [zeros, isFederated] = [0, false]
  return {
    annotation: ({ id }: Row): void => {
      if (id === 0) zeros++
    },
    image: (row: Row): void => {
      isFederated ||= "neg_category_ids" in row || "not_exhaustive_category_ids" in row
    },
    warnings: (path: string): ReadonlyArray<string> => [
      ...(zeros === 0 ? [] : [
        `An annotation of ${path} has the id 0, which pycocotools takes for no match: there, what finds that object counts as wrong. Here it counts ` +
        "as right, so that numbers may be higher than its own."
      ]),
      ...(!isFederated ? [] : [
        `${path} is annotated as LVIS is, by neg_category_ids and not_exhaustive_category_ids: in an image, boxes of categories that were not looked ` +
        "for there are neither right nor wrong. Here they are wrong, so that numbers are lower than those of LVIS's own evaluation."
      ])
    ]
  }
}

/** How many rows play no part, and which is the first of them. */
const leftOut = () => {
  let [count, first] = [0, ""]
  return {
    add: (row: string): void => {
      if (count++ === 0) first = row
    },
    warnings: (all: number, what: string): ReadonlyArray<string> =>
      count === 0 ? [] : [`${count} of ${all} ${what}, and play no part in any number; the first is ${first}.`]
  }
}

/**
 * The true boxes of an instances file. Annotations of images or categories that it does not list are counted as a warning. So are
 * an annotation with the id 0 and LVIS's lists of what was looked for, of which other evaluations make something else.
 *
 * Throws `DataError`, naming file, row and field.
 */
export const readTruth = async (path: string): Promise<Read<Truth>> => {
  const images = new Set<Id>()
  const names = new Map<Id, string>()
  const annotations: Array<Annotation> = []
  const odd = oddities()
  for await (const some of rowsOf(path, ["images", "annotations", "categories"])) {
    const { first, list, rows } = some
    if (list === "categories") takeCategories(path, names, some)
    else if (list === "annotations") {
      rows.forEach((row, i) => {
        annotations.push(readRow(path, list, first + i, row, annotationOf))
        odd.annotation(row as Row) // `readRow` saw to it
      })
    } else {
      rows.forEach((row, i) => {
        const { id } = readRow(path, list, first + i, row, imageOf)
        refuseTwice(path, list, first + i, images, id)
        images.add(id)
        odd.image(row as Row)
      })
    }
  }
  const unknown = leftOut()
  annotations.forEach(({ category_id, image_id }, i) => {
    if (!images.has(image_id)) unknown.add(`annotations[${i}], of image ${show(image_id)}`)
    else if (!names.has(category_id)) unknown.add(`annotations[${i}], of category ${show(category_id)}`)
  })
  const what = `annotations of ${path} are of images or categories that it does not list`
  const value: Truth = {
    images: Array.from(images, (id) => ({ id })),
    categories: Array.from(names, ([id, name]) => ({ id, name })),
    annotations
  }
  return { value, warnings: [...odd.warnings(path), ...unknown.warnings(annotations.length, what)] }
}

/**
 * A COCO result file: a list of boxes with scores, each about an image that the truth lists; those of categories that it
 * does not list are counted as a warning. `bytes` are those of the file unless given.
 *
 * Throws `DataError`, naming file, row and field.
 */
export const readDetections = async (
  path: string,
  truth: Truth,
  bytes?: AsyncIterable<Uint8Array>
): Promise<Read<ReadonlyArray<Detection>>> => {
  const images = new Set(truth.images.map(({ id }) => id))
  const categories = new Set(truth.categories.map(({ id }) => id))
  const unknown = leftOut()
  const detections: Array<Detection> = []
  let isList = false
  for await (const piece of readJson(path, undefined, bytes)) {
    if (piece.key !== undefined || !("rows" in piece)) break
    isList = true
    for (const row of piece.rows) {
      const index = detections.length
      const detection = readRow(path, "", index, row, detectionOf)
      const { category_id, image_id } = detection
      if (!images.has(image_id)) {
        throw unusable(path, `[${index}].image_id ${show(image_id)} is no image of the truth; are these its results?`)
      }
      if (!categories.has(category_id)) unknown.add(`[${index}], of category ${show(category_id)}`)
      detections.push(detection)
    }
  }
  if (!isList) throw unusable(path, "the file must be a list of detections: image_id, category_id, bbox, score.")
  const warnings = unknown.warnings(detections.length, `detections of ${path} are of categories that the truth does not list`)
  return { value: detections, warnings }
}
