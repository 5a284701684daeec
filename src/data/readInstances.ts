/**
 * Instances files as data sets, in bounded memory: the file is read twice, first its images and categories, then its
 * annotations, each of which can then be checked at once; that way, the lists may stand in any order.
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Rows, RowsError } from "../pipeline/Rows.ts"
import { Spool } from "../pipeline/run/services.ts"
import { DataError } from "../task/dataError.ts"
import { type Asked, askedOf, type Known, readAnnotation } from "../task/detection/coco/annotations.ts"
import { type List, rowsOf, type Some, takeCategories } from "../task/detection/coco/document.ts"
import type { Id } from "../task/detection/coco/fields.ts"
import { type Draft, emptyIndex, type Problem, readImages } from "../task/detection/coco/images.ts"
import type { Example, TrueObject } from "../task/detection/example.ts"
import { gather } from "./byImage.ts"
import { imageProblem } from "./pictures.ts"
import { bad, OfImages, Strays } from "./problems.ts"

export interface Files {
  /** Path of the annotation file. */
  readonly annotations: string
  /** Folder that `file_name` is relative to. */
  readonly images: string
  /** What to do about an image that is missing, corrupt or wrongly annotated: fail, or leave it out and count it. */
  readonly onBad: "fail" | "skip"
}

export interface Instances {
  readonly categories: ReadonlyArray<string>
  readonly examples: Rows<Example>
  readonly skipped: number
}

const asDataError = (cause: unknown): DataError => {
  if (cause instanceof DataError) return cause
  throw cause
}

/** Rows of some lists of the file, some at a time. */
const rows = (path: string, lists: ReadonlyArray<List>): Stream.Stream<Some, DataError> =>
  Stream.suspend(() => Stream.fromAsyncIterable(rowsOf(path, lists), asDataError))

const isExample = (found: Example | { readonly problem: Problem }): found is Example => !("problem" in found)

/** An image with its objects, or what is wrong with it or its picture. */
const exampleOf = (folder: string, draft: Draft, objects: ReadonlyArray<TrueObject>, asked: Asked) =>
  Effect.gen(function*() {
    if ("problem" in asked) return asked
    const { file, height, id, width } = draft
    const path = join(folder, file)
    const message = yield* imageProblem(path, { width, height })
    if (message !== undefined) return { problem: { entry: `image ${id}`, message: `field "file_name": ${message}` } }
    const example: Example = { id, image: { path, width, height }, objects, ...asked }
    return example
  })

/**
 * Reads an instances file; with `questions`, every image must also carry OVDEval's `text` (labels to ask for, each with an
 * annotation) and may carry `neg_text` (labels that are absent).
 *
 * Fails with `DataError` when the file as a whole is unusable, and unless `onBad` is "skip" at the first problem: of a row
 * that belongs to no image, or else of an image, in the order of the file.
 */
export const readInstances = (files: Files, questions: boolean): Effect.Effect<Instances, DataError | RowsError, Spool> =>
  Effect.gen(function*() {
    const { annotations: path, onBad } = files
    const spool = yield* Spool
    const strays = new Strays()
    const refuseStray = () =>
      onBad === "fail" && strays.first !== undefined ? Effect.fail(bad(path, strays.first)) : Effect.void

    const names = new Map<Id, string>()
    const known: Known = { images: emptyIndex(), names }
    const drafts = yield* spool.collect(Stream.mapEffect(rows(path, ["images", "categories"]), (some) =>
      Effect.try({
        try: () => {
          if (some.list === "images") return readImages(some, questions, known.images, strays.add)
          takeCategories(path, names, some)
          return []
        },
        catch: asDataError
      }).pipe(Effect.tap(refuseStray))))

    // several ids may share a label, whose place is then that of the last
    const labels = [...names.values()]
    const order = new Map(labels.map((label, i) => [label, i]))
    const objects = yield* gather(spool.file, drafts.size, labels)
    const problems = new OfImages(drafts.size)
    yield* Stream.runForEach(rows(path, ["annotations"]), (some) =>
      Effect.gen(function*() {
        for (const [i, row] of some.rows.entries()) {
          const found = readAnnotation(row, some.first + i, known)
          if (!("problem" in found)) {
            const isFull = objects.add(found.image, order.get(found.object.label)!, found.object)
            if (isFull) yield* objects.spill
          } else if (found.image === undefined) strays.add(found.problem)
          else problems.add(found.image, found.problem)
        }
        yield* refuseStray()
      }))

    let done = 0
    const examples = yield* spool.collect(Stream.mapEffect(drafts.chunks, (some) =>
      Effect.gen(function*() {
        const first = done
        done += some.length
        const found = yield* objects.take(first, some.length)
        const checked = yield* Effect.forEach(some, (draft, i) => {
          const problem: Problem | undefined = draft.problem ?? problems.of(first + i)
          const asked = problem === undefined ? askedOf(draft, found[i]!, questions, order) : { problem }
          return exampleOf(files.images, draft, found[i]!, asked)
        }, { concurrency: 16 })
        const wrong = checked.find((one) => "problem" in one)
        if (onBad === "fail" && wrong !== undefined) return yield* bad(path, wrong.problem)
        return checked.filter(isExample)
      })))
    return { categories: [...order.keys()], examples, skipped: drafts.size - examples.size + strays.count }
  }).pipe(Effect.scoped)
