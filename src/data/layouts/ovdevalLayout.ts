/** OVDEval's layout: images say by `text` and `neg_text` what is asked about them. Source: arXiv 2308.13177. */
import { type Row, textsOf } from "../../task/detection/coco/fields.ts"
import type { Draft } from "../../task/detection/coco/images.ts"
import { fileName } from "./cocoLayout.ts"
import { type Asked, type Layout, present } from "./layout.ts"

interface Question {
  /** Labels to ask for, all of them annotated; null where the image does not say. */
  readonly text: ReadonlyArray<string> | null
  readonly negText: ReadonlyArray<string> | null
}

const textsIn = (row: Row, field: string) => row[field] === undefined ? null : textsOf(row, field)

/**
 * The layout of one file. Where no image of it has `text`, as the reference code reads the proper nouns, an image's annotated
 * labels are its positives, and all other categories its negatives. Where some have it, an image without is faulty.
 */
export const ovdevalLayout = (): Layout<Question> => {
  let isWorded = false
  return {
    fileOf: fileName,
    questionOf: (row) => {
      isWorded ||= row["text"] !== undefined
      return { text: textsIn(row, "text"), negText: textsIn(row, "neg_text") }
    },
    ask: (image, { negText, text }, objects, labels) => {
      const found = present(objects, labels)
      if (text !== null) return agreeing(image, text, negText ?? [], new Set(found))
      if (isWorded) return fault(image, "text", " is missing, though other images have it. Add it.")
      const others = [...labels.order.keys()].filter((label) => !found.includes(label))
      return agreeing(image, found, negText ?? others, new Set(found))
    }
  }
}

const fault = ({ id }: Draft, field: string, message: string): Asked =>
  ({ problem: { kind: `field "${field}"`, entry: `image ${id}`, message: `field "${field}"${message}` } })

const agreeing = (
  image: Draft,
  text: ReadonlyArray<string>,
  negText: ReadonlyArray<string>,
  found: ReadonlySet<string>
): Asked => {
  const missing = text.find((label) => !found.has(label))
  if (missing !== undefined) {
    return fault(image, "text", `: "${missing}" has no annotation in this image. Annotate it or move it to neg_text.`)
  }
  const contradicted = negText.find((label) => found.has(label))
  if (contradicted !== undefined) {
    return fault(image, "neg_text", `: "${contradicted}" is annotated in this image. Take it out of neg_text.`)
  }
  return { positives: [...new Set(text)], negatives: [...new Set(negText)] }
}
