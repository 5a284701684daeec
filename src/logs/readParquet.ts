/** Rows of a Parquet file of a log, all at once: it holds the completions of a step. */
import * as Effect from "effect/Effect"
import type { Cells } from "../parquet/groups.ts"
import { openParquet } from "../parquet/openParquet.ts"

/** The rows of a file. Throws `DataError`, naming the file. */
export const parquetRows = (path: string): Promise<ReadonlyArray<Cells>> =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const { rows, says: { columns, groups } } = yield* openParquet(path)
    const all = yield* Effect.forEach(groups.keys(), (group) => rows(group, columns))
    return all.flat()
  })))
