/** The images of an instances file as a data set takes them, before their annotations and pictures are looked at. */
import type { Size } from "../../../vision/Box.ts"
import type { Problem } from "../../problem.ts"
import type { Some } from "./document.ts"
import { faultOf, type Id, idOf, isRow, requireInside, type Row, show, sideOf } from "./fields.ts"

/** One image, as JSON: there may be millions of them, so they are kept as rows. */
export interface Draft<Q = unknown> extends Size {
  readonly id: string
  readonly file: string
  /** What the row says of what may be asked, in its layout's own terms; missing where the row has a problem. */
  readonly question?: Q
  readonly problem?: Problem
}

/** What a layout has of its own in the rows of images. Both throw `BadField`. */
export interface ImageRow<Q> {
  /** Path of the picture, from the images folder. */
  readonly fileOf: (row: Row) => string
  readonly questionOf: (row: Row) => Q
}

/** What annotations need to know of the images: the place of each id, and how large the image at a place is. */
export interface Index {
  readonly places: Map<Id, number>
  readonly widths: Array<number>
  readonly heights: Array<number>
}

export const emptyIndex = (): Index => ({ places: new Map(), widths: [], heights: [] })

/** Throws for a row without an id, file or size, which is no image; what else is wrong is the image's problem. */
const draftOf = <Q>(row: Row, { fileOf, questionOf }: ImageRow<Q>): readonly [Id, Draft<Q>] => {
  const [id, file, width, height] = [idOf(row, "id"), fileOf(row), sideOf(row, "width"), sideOf(row, "height")]
  const image = { id: String(id), file, width, height }
  try {
    requireInside("file_name", file)
    return [id, { ...image, question: questionOf(row) }]
  } catch (cause) {
    return [id, { ...image, problem: { entry: `image ${id}`, ...faultOf(cause) } }]
  }
}

/**
 * Reads rows of images, enters them into the index and returns them. A row that is no image, or the second of its id, goes
 * to `stray`.
 */
export const readImages = <Q>(
  { first, rows }: Some,
  layout: ImageRow<Q>,
  index: Index,
  stray: (problem: Problem) => void
): ReadonlyArray<Draft<Q>> =>
  rows.flatMap((row, i) => {
    const entry = `images[${first + i}]`
    if (!isRow(row)) {
      stray({ kind: "no object", entry, message: `must be an object, not ${show(row)}. Correct it.` })
      return []
    }
    try {
      const [id, draft] = draftOf(row, layout)
      if (index.places.has(id)) {
        stray({ kind: "an id twice", entry: `image ${id}`, message: "field \"id\": occurs twice. Give every image its own id." })
        return []
      }
      index.places.set(id, index.places.size)
      index.widths.push(draft.width)
      index.heights.push(draft.height)
      return [draft]
    } catch (cause) {
      stray({ entry, ...faultOf(cause) })
      return []
    }
  })
