/** COCO's instances files: three lists in any order, read row by row. */
import { DataError } from "../../dataError.ts"
import { readJson } from "../../readJson.ts"
import { BadField, type Id, idOf, isRow, type Row, show, textOf } from "./fields.ts"

const lists = ["images", "annotations", "categories"] as const

export type List = (typeof lists)[number]

/** Some rows of a list, the first of which is its `first`-th. */
export interface Some {
  readonly list: List
  readonly first: number
  readonly rows: ReadonlyArray<unknown>
}

const isList = (key: string | undefined): key is List => lists.some((list) => list === key)

/** What is wrong with a file, or a row of it. */
export const unusable = (path: string, message: string): DataError => new DataError({ path, message: `${path}: ${message}` })

/**
 * The rows of those lists of an instances file, in its order; the other lists are passed over. Throws `DataError` for a
 * file that is no JSON, or in which one of them is missing.
 */
export const rowsOf = async function*(path: string, wanted: ReadonlyArray<List>): AsyncGenerator<Some> {
  const missing = new Set(wanted)
  for await (const piece of readJson(path, (key) => !isList(key) || wanted.includes(key))) {
    const { key } = piece
    if (key === undefined) throw unusable(path, "the file must be an object of images, annotations and categories.")
    if (!isList(key)) continue
    if (!("rows" in piece)) throw unusable(path, `${key} must be a list, not ${show(piece.value)}. Correct it.`)
    missing.delete(key)
    yield { list: key, first: piece.first, rows: piece.rows }
  }
  const [first] = missing
  if (first === undefined) return
  throw unusable(path, `there is no list "${first}". An instances file has images, annotations and categories.`)
}

/**
 * Reads a row, the `index`-th of a list or of the file (`list` is then ""); what is wrong with it comes as `DataError` that
 * names file, row and field.
 */
export const readRow = <A>(path: string, list: string, index: number, row: unknown, read: (row: Row) => A): A => {
  const where = () => `${list}[${index}]`
  if (!isRow(row)) throw unusable(path, `${where()} must be an object, not ${show(row)}. Correct it.`)
  try {
    return read(row)
  } catch (cause) {
    if (!(cause instanceof BadField)) throw cause
    const place = cause.index === undefined ? cause.field : `${cause.field}[${cause.index}]`
    throw unusable(path, `${where()}.${place} ${cause.message}. Correct the row.`)
  }
}

/** Throws `DataError` where an id was there before. */
export const refuseTwice = (path: string, list: List, index: number, ids: { has: (id: Id) => boolean }, id: Id): void => {
  if (ids.has(id)) throw unusable(path, `${list}[${index}].id: ${show(id)} occurs twice. Give every row its own id.`)
}

const category = (row: Row) => [idOf(row, "id"), textOf(row, "name")] as const

/** Names of categories by id, from their rows. Every category has an id of its own. */
export const takeCategories = (path: string, names: Map<Id, string>, { first, rows }: Some): void => {
  rows.forEach((item, i) => {
    const [id, name] = readRow(path, "categories", first + i, item, category)
    refuseTwice(path, "categories", first + i, names, id)
    names.set(id, name)
  })
}
