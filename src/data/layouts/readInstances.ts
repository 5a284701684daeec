/**
 * Instances files as data sets, in bounded memory: the file is read twice, first its images and categories, then its
 * annotations, each of which can then be checked at once; that way, the lists may stand in any order.
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Rows, RowsError } from "../../pipeline/Rows.ts"
import { Spool } from "../../pipeline/run/services.ts"
import { asDataError, DataError } from "../../task/dataError.ts"
import { type Known, readAnnotation } from "../../task/detection/coco/annotations.ts"
import { type List, rowsOf, type Some, takeCategories } from "../../task/detection/coco/document.ts"
import type { Id } from "../../task/detection/coco/fields.ts"
import { type Draft, emptyIndex, readImages } from "../../task/detection/coco/images.ts"
import type { Example, TrueObject } from "../../task/detection/example.ts"
import { bad, type OnBad, type Problem, Report, type Reporting } from "../../task/problem.ts"
import { gather } from "./byImage.ts"
import type { Asked, Labels, Layout } from "./layout.ts"
import { isPicture, lookAt, turned } from "../pictures/pictures.ts"
import { OfImages, Strays } from "../problems.ts"

export interface Files {
  /** Path of the annotation file. */
  readonly annotations: string
  /** Folder that `file_name` is relative to. */
  readonly images: string
  readonly onBad: OnBad
}

export interface Instances extends Labels {
  readonly categories: ReadonlyArray<string>
  readonly examples: Rows<Example>
  readonly skipped: number
}

/** Rows of some lists of the file, some at a time. */
const rows = (path: string, lists: ReadonlyArray<List>): Stream.Stream<Some, DataError> =>
  Stream.suspend(() => Stream.fromAsyncIterable(rowsOf(path, lists), asDataError))

type Faulty = { readonly problem: Problem }

const isExample = (found: Example | Faulty): found is Example => !("problem" in found)

/** An image with its objects, or what is wrong with its picture. */
const exampleOf = (folder: string, { file, height, id, width }: Draft, objects: ReadonlyArray<TrueObject>, report: Reporting) =>
  Effect.gen(function*() {
    const path = join(folder, file)
    const found = yield* lookAt(path, { width, height })
    const entry = `image ${id}`
    if (!isPicture(found)) return { problem: { kind: found.kind, entry, message: `field "file_name": ${found.message}` } }
    if (found.orientation > 1) report.note(turned(entry, path, found.orientation))
    return { id, image: { path, width, height }, objects, positives: [], negatives: [] }
  })

/**
 * Reads an instances file of some layout.
 *
 * Fails with `DataError` when the file as a whole is unusable, and unless `onBad` is "skip" at the first problem: of a row
 * that belongs to no image, or else of an image, in the order of the file. All problems are reported.
 */
export const readInstances = <Q>(files: Files, layout: Layout<Q>): Effect.Effect<Instances, DataError | RowsError, Spool> =>
  Effect.gen(function*() {
    const { annotations: path, onBad } = files
    const spool = yield* Spool
    const report = yield* Report
    const strays = new Strays()
    const stray = (problem: Problem): void => {
      report.problem(problem)
      strays.add(problem)
    }
    const refuseStray = () =>
      onBad === "fail" && strays.first !== undefined ? Effect.fail(bad(path, strays.first)) : Effect.void

    const names = new Map<Id, string>()
    const known: Known = { images: emptyIndex(), names }
    const drafts = yield* spool.collect(Stream.mapEffect(rows(path, ["images", "categories"]), (some) =>
      Effect.try({
        try: () => {
          if (some.list === "images") return readImages(some, layout, known.images, stray)
          takeCategories(path, names, some)
          return []
        },
        catch: asDataError
      }).pipe(Effect.tap(refuseStray))))

    // several ids may share a label, whose place is then that of the last
    const labels = [...names.values()]
    const order = new Map(labels.map((label, i) => [label, i]))
    if (order.size < names.size) report.note(shared(names.size, order.size))
    const objects = yield* gather(spool.file, drafts.size, labels)
    const problems = new OfImages(drafts.size)
    yield* Stream.runForEach(rows(path, ["annotations"]), (some) =>
      Effect.gen(function*() {
        for (const [i, row] of some.rows.entries()) {
          const found = readAnnotation(row, some.first + i, known)
          if (!("problem" in found)) {
            const isFull = objects.add(found.image, order.get(found.object.label)!, found.object)
            if (isFull) yield* objects.spill
          } else if (found.image === undefined) stray(found.problem)
          else {
            report.problem(found.problem)
            problems.add(found.image, found.problem)
          }
        }
        yield* refuseStray()
      }))

    /** What is wrong with an image, its picture last; or the example. */
    const check = Effect.fnUntraced(function*(draft: Draft<Q>, place: number, found: ReadonlyArray<TrueObject>) {
      const earlier = problems.of(place)
      const asked: Asked | undefined = draft.question === undefined || earlier !== undefined
        ? undefined
        : layout.ask(draft, draft.question, found, { names, order })
      const own = draft.problem ?? (asked !== undefined && "problem" in asked ? asked.problem : undefined)
      if (own !== undefined) report.problem(own)
      if (draft.problem !== undefined) return { problem: draft.problem }
      const example = yield* exampleOf(files.images, draft, found, report)
      if ("problem" in example) report.problem(example.problem)
      const problem = earlier ?? own
      if (problem !== undefined) return { problem }
      return isExample(example) ? { ...example, ...asked } : example
    })

    let done = 0
    const examples = yield* spool.collect(Stream.mapEffect(drafts.chunks, (some) =>
      Effect.gen(function*() {
        const first = done
        done += some.length
        const found = yield* objects.take(first, some.length)
        const checked: ReadonlyArray<Example | Faulty> = yield* Effect.forEach(
          some,
          (draft, i) => check(draft, first + i, found[i]!),
          { concurrency: 16 }
        )
        const wrong = checked.find((one) => "problem" in one)
        if (onBad === "fail" && wrong !== undefined) return yield* bad(path, wrong.problem)
        return checked.filter(isExample)
      })))
    return { categories: [...order.keys()], names, order, examples, skipped: drafts.size - examples.size + strays.count }
  }).pipe(Effect.scoped)

const shared = (ids: number, labels: number): Problem => ({
  kind: "categories of one name",
  entry: "categories",
  message: `${ids} categories have ${labels} names. Categories of one name are one label here; COCO's own evaluation keeps them apart.`
})
