/** The one way of a filter: examples changed or left out, in any number. */
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import * as Rows from "../../pipeline/Rows.ts"
import { Spool } from "../../pipeline/run/services.ts"
import { DataError } from "../../task/dataError.ts"
import type { AnyExample, Dataset } from "../../task/dataset.ts"

/**
 * The data set with what a filter left of its examples. `filter` is what messages call it.
 *
 * Fails with `DataError` when that is none.
 */
export const remaining = <E extends AnyExample, Err>(
  filter: string,
  dataset: Dataset<E>,
  left: Stream.Stream<ReadonlyArray<E>, Err>
): Effect.Effect<Dataset<E>, DataError | Rows.RowsError | Err, Spool> =>
  Effect.gen(function*() {
    const examples = yield* (yield* Spool).collect(left)
    if (examples.size > 0) return { ...dataset, examples }
    return yield* new DataError({
      path: dataset.name,
      message: `Filter ${filter} left none of the ${dataset.examples.size} images of "${dataset.name}". ` +
        "Loosen it, take an earlier filter out, or choose another data set."
    })
  })

/**
 * The data set with what `change` makes of its examples, chunk by chunk and in order. `filter` is what messages call it.
 *
 * Fails with `DataError` when none is left.
 */
export const refine = <E extends AnyExample>(
  filter: string,
  dataset: Dataset<E>,
  change: (examples: ReadonlyArray<E>) => ReadonlyArray<E>
): Effect.Effect<Dataset<E>, DataError | Rows.RowsError, Spool> =>
  remaining(filter, dataset, Rows.flatMap(dataset.examples, change))

/** The examples that `wanted` holds for: the whole of most filters. */
export const keep = <E extends AnyExample>(
  filter: string,
  dataset: Dataset<E>,
  wanted: (example: E) => boolean
): Effect.Effect<Dataset<E>, DataError | Rows.RowsError, Spool> =>
  refine(filter, dataset, (examples) => examples.filter(wanted))
