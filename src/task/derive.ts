/** Data sets of a task made of those of another, example by example. */
import * as Effect from "effect/Effect"
import * as Rows from "../pipeline/Rows.ts"
import { Spool } from "../pipeline/run/services.ts"
import { DataError } from "./dataError.ts"
import type { AnyExample, Dataset } from "./dataset.ts"

/**
 * What `make` makes of the examples, in their order; undefined leaves one out. The data set is called by its own name and
 * `suffix`, and has no categories.
 *
 * Fails with `DataError` when none is left, saying that no image `holds` what it takes.
 */
export const derive = <A extends AnyExample, B extends AnyExample>(
  dataset: Dataset<A>,
  suffix: string,
  holds: string,
  make: (example: A) => B | undefined
): Effect.Effect<Dataset<B>, DataError | Rows.RowsError, Spool> =>
  Effect.gen(function*() {
    const spool = yield* Spool
    const examples = yield* spool.collect(Rows.flatMap(dataset.examples, (chunk) =>
      chunk.flatMap((example) => make(example) ?? [])))
    if (examples.size > 0) return { ...dataset, name: `${dataset.name}-${suffix}`, categories: [], examples }
    return yield* new DataError({
      path: dataset.name,
      message: `No image of "${dataset.name}" holds ${holds}. Choose another data set.`
    })
  })
