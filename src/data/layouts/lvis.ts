/** LVIS: COCO's layout, annotated for some categories an image only. Versions 0.5 and 1. */
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { BadField, type Id, isId, type Row, show, textOf } from "../../task/detection/coco/fields.ts"
import type { TrueObject } from "../../task/detection/example.ts"
import { contentHash } from "./content.ts"
import { files } from "./files.ts"
import { type Layout, present } from "./layout.ts"
import { read } from "./readers.ts"

interface Question {
  /** Categories that are known to be absent. */
  readonly absent: ReadonlyArray<Id>
  /** Categories of which not every object is annotated. */
  readonly partial: ReadonlyArray<Id>
}

/** Version 0.5 names the file, version 1 only its address: the split's folder and the file are its end. */
const fileOf = (row: Row): string => {
  if (row["file_name"] !== undefined) return textOf(row, "file_name")
  const address = textOf(row, "coco_url")
  const found = /[^/]+\/[^/]+$/.exec(address)
  if (found !== null) return found[0]
  throw new BadField("coco_url", `must end in a folder and a file, such as val2017/000000397133.jpg, not ${show(address)}`)
}

const idsOf = (row: Row, field: string): ReadonlyArray<Id> => {
  const value = row[field]
  if (value === undefined) throw new BadField(field, "must be a list of category ids, but is missing; is this LVIS?")
  if (!Array.isArray(value)) throw new BadField(field, `must be a list of category ids, not ${show(value)}`)
  const wrong = value.findIndex((id) => !isId(id))
  if (wrong >= 0) throw new BadField(field, `must be the id of a category, not ${show(value[wrong])}`, wrong)
  return value as ReadonlyArray<Id>
}

const layout: Layout<Question> = {
  fileOf,
  questionOf: (row) => ({ absent: idsOf(row, "neg_category_ids"), partial: idsOf(row, "not_exhaustive_category_ids") }),
  ask: ({ id }, { absent, partial }, objects, labels) => {
    const problem = (field: string, message: string) =>
      ({ problem: { kind: `field "${field}"`, entry: `image ${id}`, message: `field "${field}": ${message}` } })
    const unknown = (field: string, ids: ReadonlyArray<Id>) => {
      const first = ids.find((one) => !labels.names.has(one))
      return first === undefined ? undefined : problem(field, `no category has the id ${show(first)}. Add it or take it out.`)
    }
    const fault = unknown("neg_category_ids", absent) ?? unknown("not_exhaustive_category_ids", partial)
    if (fault !== undefined) return fault
    const open = new Set(partial.map((one) => labels.names.get(one)!))
    const negatives = [...new Set(absent.map((one) => labels.names.get(one)!))]
    const known = objects.map((object): TrueObject => open.has(object.label) ? { ...object, crowd: true } : object)
    const there = new Set(objects.map(({ label }) => label))
    const contradicted = negatives.find((label) => there.has(label))
    return contradicted === undefined
      ? { positives: present(known, labels), negatives, objects: known }
      : problem("neg_category_ids", `"${contradicted}" is annotated in this image. Take it out.`)
  }
}

/**
 * A data set in LVIS' layout, version 0.5 or 1. The annotated categories of an image are its positives, its
 * `neg_category_ids` its negatives; nothing is known of all others, so evaluate in mode "asked".
 *
 * Categories of which not every object is annotated (`not_exhaustive_category_ids`) are not asked for, and their objects count
 * as crowd regions: neither right nor wrong. Errors and `onBad` as for `coco`.
 * Source: Gupta et al., "LVIS", arXiv 1908.03195.
 */
export const lvis = Stage.define({
  kind: "data",
  name: "lvis",
  module: import.meta.url,
  config: Schema.Struct(files),
  content: ({ annotations, images }) => contentHash(annotations, images, fileOf),
  run: (options, _input: unknown) => read(options, layout)
})
