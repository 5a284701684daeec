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
 * labels are its positives; where none has `neg_text`, all other categories are its negatives. Where some images have one of the
 * two, an image without it is faulty.
 */
export const ovdevalLayout = (): Layout<Question> => {
  let [hasText, hasNegText] = [false, false]
  return {
    fileOf: fileName,
    questionOf: (row) => {
      hasText ||= row["text"] !== undefined
      hasNegText ||= row["neg_text"] !== undefined
      return { text: textsIn(row, "text"), negText: textsIn(row, "neg_text") }
    },
    ask: (image, { negText, text }, objects, labels) => {
      if (text === null && hasText) return missing(image, "text")
      if (negText === null && hasNegText) return missing(image, "neg_text")
      const found = new Set(present(objects, labels))
      const positives = text ?? [...found]
      const asked = new Set(positives)
      const others = () => [...labels.order.keys()].filter((label) => !found.has(label) && !asked.has(label))
      return agreeing(image, positives, negText ?? others(), found)
    }
  }
}

const missing = (image: Draft, field: string): Asked => fault(image, field, " is missing, though other images have it. Add it.")

const fault = ({ id }: Draft, field: string, message: string): Asked =>
  ({ problem: { kind: `field "${field}"`, entry: `image ${id}`, message: `field "${field}"${message}` } })

const agreeing = (
  image: Draft,
  text: ReadonlyArray<string>,
  negText: ReadonlyArray<string>,
  found: ReadonlySet<string>
): Asked => {
  const absent = text.find((label) => !found.has(label))
  if (absent !== undefined) {
    return fault(image, "text", `: "${absent}" has no annotation in this image. Annotate it or move it to neg_text.`)
  }
  const contradicted = negText.find((label) => found.has(label))
  if (contradicted !== undefined) {
    return fault(image, "neg_text", `: "${contradicted}" is annotated in this image. Take it out of neg_text.`)
  }
  const unasked = [...found].find((label) => !text.includes(label))
  if (unasked !== undefined) {
    return fault(image, "text", `: "${unasked}" is annotated in this image, and nothing asks for it. Add it to text, or drop its boxes.`)
  }
  return { positives: [...new Set(text)], negatives: [...new Set(negText)] }
}
