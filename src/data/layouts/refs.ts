/** RefCOCO, RefCOCO+ and RefCOCOg in their original layout: an instances file, and a pickle of references to its objects. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { asDataError, DataError } from "../../task/dataError.ts"
import type { Dataset } from "../../task/dataset.ts"
import { isOutside } from "../../task/detection/coco/annotations.ts"
import { rowsOf } from "../../task/detection/coco/document.ts"
import { faultOf, type Id, idOf, isRow, rectangleOf, type Row, requireInside, show, sideOf, textOf } from "../../task/detection/coco/fields.ts"
import type { Problem } from "../../task/problem.ts"
import type { Example } from "../../task/referring/example.ts"
import type { Box, Size } from "../../vision/Box.ts"
import { fileName } from "./cocoLayout.ts"
import { fileHash } from "../../task/hashing.ts"
import { contentHash, joined } from "./content.ts"
import { files, nameOf } from "./files.ts"
import { type Look, lookOnce } from "../pictures/lookOnce.ts"
import type { Result } from "./readEntry.ts"
import { collect } from "./readList.ts"
import { readRefs, type Ref } from "./refsFile.ts"

const config = Schema.Struct({
  ...files,
  /** `refs(unc).p`, `refs(google).p` or `refs(umd).p`, or JSON of the same. */
  refs: Schema.NonEmptyString,
  /** Such as "val", "testA", "testB". */
  split: Schema.NonEmptyString
})

type Options = typeof config["Type"]

/** What references point to, by their ids: where objects and pictures are, or what is wrong with their rows. */
interface Targets {
  readonly boxes: Map<Id, Box<"original"> | Wrong>
  readonly pictures: Map<Id, Size & { readonly file: string } | Wrong>
}

/** What is wrong with a row of the instances file. */
interface Wrong {
  readonly wrong: Omit<Problem, "entry">
}

/** The boxes and pictures that are pointed to. Rows that are none are left out, and missed by whoever points to them. */
const targetsOf = (annotations: string, wanted: { readonly boxes: Set<Id>; readonly pictures: Set<Id> }) =>
  Effect.tryPromise({
    try: async () => {
      const targets: Targets = { boxes: new Map(), pictures: new Map() }
      const take = (list: string, row: unknown): void => {
        if (!isRow(row)) return
        if (list === "images" && wanted.pictures.has(row["id"] as Id)) {
          const file = textOf(row, "file_name")
          requireInside("file_name", file)
          targets.pictures.set(idOf(row, "id"), { file, width: sideOf(row, "width"), height: sideOf(row, "height") })
        } else if (list === "annotations" && wanted.boxes.has(row["id"] as Id)) {
          const [x, y, w, h] = rectangleOf(row)
          targets.boxes.set(idOf(row, "id"), { space: "original", x1: x, y1: y, x2: x + w, y2: y + h })
        }
      }
      for await (const { first, list, rows } of rowsOf(annotations, ["images", "annotations"])) {
        rows.forEach((row, i) => {
          try {
            take(list, row)
          } catch (cause) {
            const { kind, message } = faultOf(cause)
            const place = list === "images" ? targets.pictures : targets.boxes
            place.set((row as Row)["id"] as Id, { wrong: { kind, message: `${list}[${first + i}] of ${annotations}, ${message}` } })
          }
        })
      }
      return targets
    },
    catch: asDataError
  })

/** The examples of a reference, one a sentence; or one problem. */
const examplesOf = (ref: Ref, targets: Targets, look: Look) =>
  Effect.gen(function*() {
    const problem = (kind: string, message: string): ReadonlyArray<Result<Example>> =>
      [{ problem: { kind, entry: ref.entry, message } }]
    const unknown = (field: string, message: string) =>
      problem(`unknown ${field}`, `field "${field}": ${message}. Is it the instances file of this set?`)
    const [box, picture] = [targets.boxes.get(ref.annotation), targets.pictures.get(ref.image)]
    if (box === undefined) return unknown("ann_id", `no annotation has the id ${show(ref.annotation)}`)
    if (picture === undefined) return unknown("image_id", `no image has the id ${show(ref.image)}`)
    if ("wrong" in box) return problem(box.wrong.kind, box.wrong.message)
    if ("wrong" in picture) return problem(picture.wrong.kind, picture.wrong.message)
    if (isOutside(box.x1, box.x2 - box.x1, picture.width) || isOutside(box.y1, box.y2 - box.y1, picture.height)) {
      return problem("a box that leaves the image", `the box of annotation ${ref.annotation} leaves the image. Correct it.`)
    }
    if (!(box.x1 < box.x2 && box.y1 < box.y2)) {
      return problem("an empty box", `the box of annotation ${ref.annotation} is empty. Correct it.`)
    }
    const found = yield* look(ref.entry, "image_id", picture.file, picture)
    if ("problem" in found) return [found]
    return ref.sentences.map(({ id, text }): Result<Example> =>
      ({ example: { id: String(id), image: found.image, expression: text, box } }))
  })

/** Every reference of the split, and what is wrong with rows. Fails when there is none, naming the splits that there are. */
const refsOf = ({ refs, split }: Options) =>
  Effect.gen(function*() {
    const splits = new Set<string>()
    const found: Array<Ref> = []
    const problems: Array<Result<Example>> = []
    yield* Stream.runForEach(Stream.fromAsyncIterable(readRefs(refs), asDataError), (some) =>
      Effect.sync(() => {
        for (const one of some) {
          if (typeof one.split === "string") splits.add(one.split)
          // a row that says no split may be of this one
          if ("problem" in one) {
            if (typeof one.split !== "string" || one.split === split) problems.push({ problem: one.problem })
          } else if (one.split === split) found.push(one)
        }
      }))
    if (found.length > 0 || problems.length > 0) return { found, problems }
    const known = [...splits].sort().join(", ")
    return yield* new DataError({ path: refs, message: `${refs} has no split "${split}". It has ${known === "" ? "none" : known}.` })
  })

/**
 * A data set of referring in RefCOCO's original layout: every sentence of a split is an example, by its `sent_id`.
 *
 * `annotations` is `instances.json`, and its pictures count, since those that references name do not exist. The references of the
 * split are held in memory. Fails with `DataError`, naming file, row and field; `onBad` as for `Data.coco`.
 * Source: Kazemzadeh et al., "ReferItGame", 2014; lichengunc/refer.
 */
export const refs = Stage.define({
  kind: "data",
  name: "refs",
  module: import.meta.url,
  config,
  content: ({ annotations, images, refs }) =>
    Effect.zipWith(contentHash(annotations, images, fileName), fileHash(refs), (a, b) => joined(a, b)),
  run: (options, _input: unknown) =>
    Effect.gen(function*() {
      const { found, problems } = yield* refsOf(options)
      const wanted = { boxes: new Set(found.map((ref) => ref.annotation)), pictures: new Set(found.map((ref) => ref.image)) }
      const targets = yield* targetsOf(options.annotations, wanted)
      const look = lookOnce(options.images)
      const pieces = Array.from({ length: Math.ceil(found.length / 256) }, (_, i) => found.slice(256 * i, 256 * (i + 1)))
      const results = Stream.mapEffect(Stream.fromIterable(pieces), (some) =>
        Effect.map(Effect.forEach(some, (ref) => examplesOf(ref, targets, look)), (all) => all.flat()))
      const { examples, skipped } = yield* collect(options.refs, options.onBad, Stream.concat(Stream.make(problems), results))
      const name = options.name ?? `${nameOf({}, options.refs)}-${options.split}`
      const dataset: Dataset<Example> = { name, categories: [], examples, skipped }
      return dataset
    })
})
