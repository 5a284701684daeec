/** Data sets of a task made of questions as files word them. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RowsError } from "../pipeline/Rows.ts"
import { Spool } from "../pipeline/run/services.ts"
import type { Box } from "../vision/Box.ts"
import { type Asked, isIn, isOf } from "./asked.ts"
import { DataError } from "./dataError.ts"
import type { AnyExample, Dataset } from "./dataset.ts"
import { bad, type OnBad, type Problem, Report } from "./problem.ts"

/** How one task reads questions. */
export interface Reading<E> {
  /** Its name. */
  readonly task: string
  /** What it takes, in words. */
  readonly takes: string
  /** What a question with its answer says of its image, and the boxes that must lie in that; undefined for a question of another kind. */
  readonly make: (asked: Asked) => { readonly example: E; readonly boxes: ReadonlyArray<Box> } | undefined
}

/** An example; of a row of another kind, which is no fault, what it is; or what is wrong. */
type Read<E> = { readonly example: E } | { readonly is: string } | { readonly fault: Problem }

const read = <E>(asked: Asked, { make, takes, task }: Reading<E>): Read<E> => {
  if (!isOf(task, asked)) return { is: `of the task "${asked.task}", not "${task}"` }
  const made = make(asked)
  if (made === undefined) return { is: `not ${takes}` }
  const outside = made.boxes.find((box) => !isIn(asked.image, box))
  if (outside === undefined) return { example: made.example }
  const { id, image: { height, width } } = asked
  const { x1, x2, y1, y2 } = outside
  const message = `answer: [${x1}, ${y1}, ${x2}, ${y2}] is empty, or leaves the image of ${width} x ${height} pixels. ` +
    "It must be corners in pixels of the file; is the images folder the right one?"
  return { fault: { kind: "a box that leaves the image", entry: `row ${id}`, message } }
}

/**
 * What a task makes of questions, in their order. The data set is called by its own name and "exchanges", and has no categories. Rows of
 * another kind are left out, counted and told.
 *
 * Fails with `DataError` at the first faulty row, unless `onBad` is "skip", and when none is left.
 */
export const exchanged = <E extends AnyExample>(
  dataset: Dataset<Asked>,
  onBad: OnBad,
  reading: Reading<E>
): Effect.Effect<Dataset<E>, DataError | RowsError, Spool> =>
  Effect.gen(function*() {
    const [spool, report] = [yield* Spool, yield* Report]
    const others = new Map<string, { readonly first: string; count: number }>()
    const examples = yield* spool.collect(Stream.mapEffect(dataset.examples.chunks, (some) =>
      Effect.gen(function*() {
        const good: Array<E> = []
        for (const asked of some) {
          const found = read(asked, reading)
          if ("example" in found) good.push(found.example)
          else if ("is" in found) {
            const known = others.get(found.is) ?? { first: asked.id, count: 0 }
            others.set(found.is, known)
            known.count++
          } else {
            report.problem(found.fault)
            if (onBad === "fail") return yield* bad(dataset.name, found.fault)
          }
        }
        return good
      })))
    for (const [is, { count, first }] of others) {
      const message = `${count} of ${dataset.examples.size} rows are left out, the first is row ${first}: ${is}.`
      report.note({ kind: `rows left out of ${dataset.name}: ${is}`, entry: dataset.name, message })
    }
    const skipped = dataset.skipped + dataset.examples.size - examples.size
    if (examples.size > 0) return { name: `${dataset.name}-exchanges`, categories: [], examples, skipped }
    return yield* new DataError({
      path: dataset.name,
      message: `No image of "${dataset.name}" holds ${reading.takes}. Choose another data set.`
    })
  })
