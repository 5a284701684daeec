/** The images of an instances file as a data set takes them, before their annotations and pictures are looked at. */
import { isAbsolute, normalize, sep } from "node:path"
import type { Size } from "../../../vision/Box.ts"
import type { Some } from "./document.ts"
import { BadField, type Id, idOf, isRow, numberOf, type Row, show, textOf, textsOf } from "./fields.ts"

/** Something wrong with one row of an annotation file. */
export interface Problem {
  /** Such as `image 12` or `annotations[3]`. */
  readonly entry: string
  readonly message: string
}

/** One image, as JSON: there may be millions of them, so they are kept as rows. */
export interface Draft extends Size {
  readonly id: string
  readonly file: string
  /** OVDEval's labels to ask for, and those that are absent; none without questions. */
  readonly text: ReadonlyArray<string>
  readonly negText: ReadonlyArray<string>
  readonly problem?: Problem
}

/** What annotations need to know of the images: the place of each id, and how large the image at a place is. */
export interface Index {
  readonly places: Map<Id, number>
  readonly widths: Array<number>
  readonly heights: Array<number>
}

export const emptyIndex = (): Index => ({ places: new Map(), widths: [], heights: [] })

/** A field's fault as the messages of data sets put it: `field "bbox"[2] must be ...`. */
export const faultOf = (cause: unknown): string => {
  if (!(cause instanceof BadField)) throw cause
  const { field, index, message } = cause
  return `field "${field}"${index === undefined ? "" : `[${index}]`} ${message}. Correct or add it.`
}

const largestSide = 65_535

const sideOf = (row: Row, field: string): number => {
  const side = numberOf(row, field)
  if (Number.isInteger(side) && side >= 1 && side <= largestSide) return side
  throw new BadField(field, `must be a whole number of pixels from 1 to ${largestSide}, not ${side}`)
}

/** Whether a path leads out of the folder that it is relative to. */
const leavesFolder = (file: string): boolean => {
  const path = normalize(file)
  return isAbsolute(path) || path === ".." || path.startsWith(`..${sep}`)
}

const questionOf = (row: Row, questions: boolean) =>
  questions
    ? { text: textsOf(row, "text"), negText: row["neg_text"] === undefined ? [] : textsOf(row, "neg_text") }
    : { text: [], negText: [] }

/** Throws for a row without an id or size, which is no image; what else is wrong is the image's problem. */
const draftOf = (row: Row, questions: boolean): readonly [Id, Draft] => {
  const [id, file, width, height] = [idOf(row, "id"), textOf(row, "file_name"), sideOf(row, "width"), sideOf(row, "height")]
  const image = { id: String(id), file, width, height }
  try {
    if (leavesFolder(file)) throw new BadField("file_name", `must stay inside of the images folder, and ${show(file)} leaves it`)
    return [id, { ...image, ...questionOf(row, questions) }]
  } catch (cause) {
    return [id, { ...image, text: [], negText: [], problem: { entry: `image ${id}`, message: faultOf(cause) } }]
  }
}

/**
 * Reads rows of images, with OVDEval's `questions` or without, enters them into the index and returns them. A row that is
 * no image, or the second of its id, goes to `stray`.
 */
export const readImages = (
  { first, rows }: Some,
  questions: boolean,
  index: Index,
  stray: (problem: Problem) => void
): ReadonlyArray<Draft> =>
  rows.flatMap((row, i) => {
    const entry = `images[${first + i}]`
    if (!isRow(row)) {
      stray({ entry, message: `must be an object, not ${show(row)}. Correct it.` })
      return []
    }
    try {
      const [id, draft] = draftOf(row, questions)
      if (index.places.has(id)) {
        stray({ entry: `image ${id}`, message: "field \"id\": occurs twice. Give every image its own id." })
        return []
      }
      index.places.set(id, index.places.size)
      index.widths.push(draft.width)
      index.heights.push(draft.height)
      return [draft]
    } catch (cause) {
      stray({ entry, message: faultOf(cause) })
      return []
    }
  })
