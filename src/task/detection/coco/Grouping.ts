/** Rows of one category after another, and of one image after another within it. */
import { type Id, rising } from "./fields.ts"

/** Rows of one category after another, within it of one image after another, within that in their own order. */
export interface Grouping {
  /** Row numbers in that order. */
  readonly order: Uint32Array
  /** Image index of the row at a position of `order`. */
  readonly imageAt: (position: number) => number
  /** First position of a category, and the one behind its last. */
  readonly start: (category: number) => number
  readonly end: (category: number) => number
}

/** Distinct ids in rising order, numbers before texts, and the place of each. */
export interface Index {
  readonly ids: ReadonlyArray<Id>
  readonly of: (id: Id) => number | undefined
}

export const indexOf = (rows: ReadonlyArray<{ readonly id: Id }>): Index => {
  const ids = Array.from(new Set(rows.map(({ id }) => id))).sort(rising)
  const places = new Map(ids.map((id, place) => [id, place]))
  return { ids, of: (id) => places.get(id) }
}

/** Groups rows by two counting sorts, leaving out those whose image or category has no place in the indexes. */
export const group = (
  rows: ReadonlyArray<{ readonly image_id: Id; readonly category_id: Id }>,
  images: Index,
  categories: Index
): Grouping => {
  const image = new Uint32Array(rows.length)
  const category = new Uint32Array(rows.length)
  const known = new Uint32Array(rows.length)
  let count = 0
  for (let row = 0; row < rows.length; row++) {
    const i = images.of(rows[row]!.image_id)
    const c = categories.of(rows[row]!.category_id)
    if (i === undefined || c === undefined) continue
    image[row] = i
    category[row] = c
    known[count++] = row
  }
  const byImage = countingSort(known.subarray(0, count), image, images.ids.length)
  const { order, starts } = countingSort(byImage.order, category, categories.ids.length)
  return {
    order,
    imageAt: (position) => image[order[position]!]!,
    start: (place) => starts[place]!,
    end: (place) => starts[place + 1]!
  }
}

/** Row numbers by rising key, those of one key in their order, and where each key starts. */
export const countingSort = (rows: Uint32Array, key: Uint32Array, keys: number) => {
  const starts = new Uint32Array(keys + 1)
  for (const row of rows) starts[key[row]! + 1]!++
  for (let k = 0; k < keys; k++) starts[k + 1] = starts[k + 1]! + starts[k]!
  const next = starts.slice()
  const order = new Uint32Array(rows.length)
  for (const row of rows) order[next[key[row]!]!++] = row
  return { order, starts }
}
