/**
 * The reader as it was when it held whole documents, to which the one that streams is compared: rows checked by schemas and
 * gathered by image in memory.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Size } from "../../src/vision/Box.ts"
import type { TrueObject } from "../../src/task/detection/example.ts"

/** Something wrong with one row of an annotation file. */
export interface Problem {
  /** Such as `image 12` or `annotations[3]`. */
  readonly entry: string
  readonly message: string
}

/** An image of an annotation file, before its picture was looked at. */
export interface Entry {
  readonly id: string
  readonly file: string
  readonly size: Size
  readonly objects: ReadonlyArray<TrueObject>
  readonly positives: ReadonlyArray<string>
  readonly negatives: ReadonlyArray<string>
  readonly problems: ReadonlyArray<Problem>
}

export interface Instances {
  readonly categories: ReadonlyArray<string>
  readonly entries: ReadonlyArray<Entry>
  /** Problems of rows that belong to no image. */
  readonly strays: ReadonlyArray<Problem>
}

const Id = Schema.Union([Schema.Int, Schema.NonEmptyString])
const Side = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65535 }))
const Image = Schema.Struct({ id: Id, file_name: Schema.NonEmptyString, width: Side, height: Side })
const Labels = Schema.Array(Schema.NonEmptyString)
const Questions = Schema.Struct({ text: Labels, neg_text: Labels })
const Annotation = Schema.Struct({
  image_id: Id,
  category_id: Id,
  bbox: Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite]),
  area: Schema.optionalKey(Schema.Finite),
  iscrowd: Schema.optionalKey(Schema.Literals([0, 1]))
})
const Document = Schema.Struct({
  images: Schema.Array(Schema.Unknown),
  annotations: Schema.Array(Schema.Unknown),
  categories: Schema.Array(Schema.Struct({ id: Id, name: Schema.NonEmptyString }))
})

const decodeDocument = Schema.decodeUnknownResult(Document)
const decodeImage = Schema.decodeUnknownResult(Image)
const decodeQuestions = Schema.decodeUnknownResult(Questions)
const decodeAnnotation = Schema.decodeUnknownResult(Annotation)

/**
 * Reads a COCO instances document. With `questions`, every image must also carry OVDEval's `text` (labels to ask for,
 * and no other with an annotation) and `neg_text` (labels that are absent); without, an image's positives are its
 * labels.
 *
 * Fails with a message when the document as a whole is unusable; problems of single rows are returned with their
 * images.
 */
export const parse = (document: unknown, questions: boolean): Result.Result<Instances, string> => {
  const decoded = decodeDocument(document)
  if (Result.isFailure(decoded)) return Result.fail(oneLine(decoded.failure.message))
  const names = new Map<number | string, string>()
  for (const { id, name } of decoded.success.categories) {
    if (names.has(id)) return Result.fail(`categories: id ${id} occurs twice. Give every category its own id.`)
    names.set(id, name)
  }
  const order = new Map([...names.values()].map((name, i) => [name, i]))
  const drafts = new Map<number | string, Draft>()
  const strays: Array<Problem> = []
  decoded.success.images.forEach((row, i) => readImage(row, i, questions, drafts, strays))
  decoded.success.annotations.forEach((row, i) => readAnnotation(row, i, names, drafts, strays))
  const entries = [...drafts.values()].map((draft) => finish(draft, questions, order))
  return Result.succeed({ categories: [...order.keys()], entries, strays })
}

interface Draft {
  readonly id: string
  readonly file: string
  readonly size: Size
  readonly text: ReadonlyArray<string>
  readonly negText: ReadonlyArray<string>
  readonly objects: Array<TrueObject>
  readonly problems: Array<Problem>
}

const readImage = (
  row: unknown,
  index: number,
  questions: boolean,
  drafts: Map<number | string, Draft>,
  strays: Array<Problem>
): void => {
  const image = decodeImage(row)
  if (Result.isFailure(image)) {
    strays.push({ entry: `images[${index}]`, message: oneLine(image.failure.message) })
    return
  }
  const { file_name: file, height, id, width } = image.success
  const entry = `image ${id}`
  if (drafts.has(id)) {
    strays.push({ entry, message: "field \"id\": occurs twice. Give every image its own id." })
    return
  }
  const problems: Array<Problem> = []
  const asked = questions ? decodeQuestions(row) : Result.succeed({ text: [], neg_text: [] })
  if (Result.isFailure(asked)) problems.push({ entry, message: oneLine(asked.failure.message) })
  const { neg_text: negText, text } = Result.isSuccess(asked) ? asked.success : { text: [], neg_text: [] }
  drafts.set(id, { id: String(id), file, size: { width, height }, text, negText, objects: [], problems })
}

const readAnnotation = (
  row: unknown,
  index: number,
  names: ReadonlyMap<number | string, string>,
  drafts: ReadonlyMap<number | string, Draft>,
  strays: Array<Problem>
): void => {
  const annotation = decodeAnnotation(row)
  const imageId = Schema.is(Schema.Struct({ image_id: Id }))(row) ? row.image_id : undefined
  const entry = Schema.is(Schema.Struct({ id: Id }))(row) ? `annotation ${row.id}` : `annotations[${index}]`
  const draft = imageId === undefined ? undefined : drafts.get(imageId)
  const report = (message: string) => void (draft?.problems ?? strays).push({ entry, message })
  if (Result.isFailure(annotation)) return report(oneLine(annotation.failure.message))
  if (draft === undefined) return report(`field "image_id": no image has the id ${imageId}. Add it or drop the row.`)
  const { bbox, category_id: category } = annotation.success
  const label = names.get(category)
  if (label === undefined) {
    return report(`field "category_id": no category has the id ${category}. Add it or drop the row.`)
  }
  const [x, y, width, height] = bbox
  if (width <= 0 || height <= 0) return report(`field "bbox": [${bbox}] is empty. Width and height must be positive.`)
  if (outside(x, width, draft.size.width) || outside(y, height, draft.size.height)) {
    return report(
      `field "bbox": [${bbox}] leaves the image of ${draft.size.width} x ${draft.size.height} pixels. ` +
        "COCO boxes are x, y, width, height in pixels; a file of corners must be converted first."
    )
  }
  const area = annotation.success.area ?? width * height
  if (area < 0) return report(`field "area": ${area} is negative. Give the area in square pixels, or leave it out.`)
  draft.objects.push({
    label,
    box: { space: "original", x1: x, y1: y, x2: x + width, y2: y + height },
    area,
    crowd: annotation.success.iscrowd === 1
  })
}

/**
 * Hand-drawn boxes overshoot a little; more than 2 % of the side and a pixel means that the numbers are something
 * else.
 */
const outside = (start: number, length: number, side: number): boolean => {
  const slack = 1 + 0.02 * side
  return start < -slack || start + length > side + slack
}

const finish = (draft: Draft, questions: boolean, order: ReadonlyMap<string, number>): Entry => {
  const { file, id, negText, objects, problems, size, text } = draft
  const present = new Set(objects.filter((object) => !object.crowd).map((object) => object.label))
  const base = { id, file, size, objects, negatives: [...new Set(negText)] }
  if (!questions) {
    return { ...base, positives: [...present].sort((a, b) => order.get(a)! - order.get(b)!), problems }
  }
  const missing = text.filter((label) => !present.has(label)).map((label) =>
    `field "text": "${label}" has no annotation in this image. Annotate it or move it to neg_text.`
  )
  const contradicted = negText.filter((label) => present.has(label)).map((label) =>
    `field "neg_text": "${label}" is annotated in this image. Take it out of neg_text.`
  )
  const unasked = [...present].filter((label) => !text.includes(label)).map((label) => `field "text": nothing asks for "${label}".`)
  // A broken annotation would also be missed here; its own problem says more.
  const found = problems.length > 0 ? [] : [...missing, ...contradicted, ...unasked]
  return {
    ...base,
    positives: [...new Set(text)],
    problems: [...problems, ...found.map((message) => ({ entry: `image ${id}`, message }))]
  }
}

/** A schema's complaint on one line: `field "bbox"[2]: expected number`. */
const oneLine = (message: string): string => {
  const [what = message, at] = message.split(/\n\s+at /)
  if (at === undefined) return `${what}.`
  const path = at.trim().replace(/^\["([^"]*)"\]/, "\"$1\"")
  return `field ${path}: ${what.charAt(0).toLowerCase()}${what.slice(1)}. Correct or add it.`
}
