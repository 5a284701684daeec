/** The objects that RefCOCO's expressions are about: `refs(unc).p` and its like, pickles or JSON of the same. */
import { readFile, stat } from "node:fs/promises"
import { reasonOf } from "../../pipeline/reason.ts"
import { DataError } from "../../task/dataError.ts"
import { BadField, type Id, idOf, isRow, type Row, show, textOf } from "../../task/detection/coco/fields.ts"
import { type Entry, readRows } from "../../task/readRows.ts"
import { readEntry } from "./readEntry.ts"
import type { Problem } from "../../task/problem.ts"
import { unpickle } from "./unpickle.ts"

/** An object that sentences mean. */
export interface Ref {
  /** What messages call it. */
  readonly entry: string
  readonly id: Id
  readonly annotation: Id
  readonly image: Id
  readonly split: string
  readonly sentences: ReadonlyArray<{ readonly id: Id; readonly text: string }>
}

/** Bytes of a pickle at most: the largest of these files has 70 million. */
const largest = 1 << 29

/** A dict as a row. */
const rowOf = (value: unknown): unknown => value instanceof Map ? Object.fromEntries(value) : value

const sentenceOf = (value: unknown, index: number) => {
  const row = rowOf(value)
  if (!isRow(row)) throw new BadField("sentences", `must be an object, not ${show(row)}`, index)
  return { id: idOf(row, "sent_id"), text: textOf(row, "sent") }
}

const refOf = (entry: string) => (row: Row): Ref => {
  const sentences = row["sentences"]
  if (!Array.isArray(sentences)) throw new BadField("sentences", `must be a list, not ${show(sentences)}`)
  return {
    entry,
    id: idOf(row, "ref_id"),
    annotation: idOf(row, "ann_id"),
    image: idOf(row, "image_id"),
    split: textOf(row, "split"),
    sentences: sentences.map(sentenceOf)
  }
}

const inPickle = async function*(path: string): AsyncGenerator<ReadonlyArray<Entry>> {
  const wrong = (why: string) =>
    new DataError({
      path,
      message: `${path} cannot be read as a pickle of references (${why}). Convert it to JSON, a list of the same.`
    })
  const value = await (async () => {
    try {
      if ((await stat(path)).size > largest) throw new Error(`it has more than ${largest >> 20} MB`)
      return unpickle(await readFile(path))
    } catch (cause) {
      throw wrong(reasonOf(cause))
    }
  })()
  if (!Array.isArray(value)) throw wrong("it is no list")
  yield value.map((one, index) => ({ index, entry: `[${index}]`, value: rowOf(one) }))
}

/** What is wrong with a row, and its split where it says one. */
export interface Wrong {
  readonly problem: Problem
  readonly split?: unknown
}

const wrongOr = (one: Entry): Ref | Wrong => {
  const read = readEntry(one, refOf(one.entry))
  return "problem" in read && isRow(one.value) ? { ...read, split: one.value["split"] } : read
}

/** The references of a file, or what is wrong with a row, some at a time. A pickle is held in memory. Throws `DataError`. */
export const readRefs = async function*(path: string): AsyncGenerator<ReadonlyArray<Ref | Wrong>> {
  for await (const some of /\.jsonl?$/.test(path) ? readRows(path) : inPickle(path)) yield some.map(wrongOr)
}
