/** Files of rows as data sets, in bounded memory: every row is read by itself, then its pictures are looked at. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Rows, RowsError } from "../../pipeline/Rows.ts"
import { Spool } from "../../pipeline/run/services.ts"
import { asDataError, DataError } from "../../task/dataError.ts"
import type { Dataset } from "../../task/dataset.ts"
import type { Row } from "../../task/detection/coco/fields.ts"
import { hashing } from "../../task/hashing.ts"
import { bytesOf } from "../../task/readJson.ts"
import { type Entry, readRows } from "../../task/readRows.ts"
import { pictureHash } from "./content.ts"
import { nameOf } from "./files.ts"
import { type Look, lookOnce } from "../pictures/lookOnce.ts"
import { bad, type OnBad, Report } from "../../task/problem.ts"
import { readEntry, type Result } from "./readEntry.ts"

/** Results in order as rows; unless `onBad` is "skip", the first problem is the error. All problems are reported. */
export const collect = <E, Err, R>(
  path: string,
  onBad: OnBad,
  results: Stream.Stream<ReadonlyArray<Result<E>>, Err, R>
): Effect.Effect<{ readonly examples: Rows<E>; readonly skipped: number }, Err | DataError | RowsError, R | Spool> =>
  Effect.gen(function*() {
    const spool = yield* Spool
    const report = yield* Report
    let skipped = 0
    const examples = yield* spool.collect(Stream.mapEffect(results, (some) =>
      Effect.gen(function*() {
        const good: Array<E> = []
        for (const result of some) {
          if ("example" in result) good.push(result.example)
          else {
            report.problem(result.problem)
            if (onBad === "fail") return yield* bad(path, result.problem)
            skipped++
          }
        }
        return good
      })))
    if (examples.size + skipped > 0) return { examples, skipped }
    return yield* new DataError({ path, message: `${path} holds nothing that could be read. Check the path and what is asked of it.` })
  })

/** Where the rows of a data set are, and what to do about bad ones. */
export interface Listed {
  readonly annotations: string
  readonly images: string
  readonly name?: string
  readonly onBad: OnBad
}

/** A data set of rows of any kind. */
export interface Of<E> extends Omit<Dataset, "examples"> {
  readonly examples: Rows<E>
}

const entries = (path: string): Stream.Stream<ReadonlyArray<Entry>, DataError> =>
  Stream.suspend(() =>
    Stream.fromAsyncIterable(readRows(path), asDataError)
  )

/**
 * A data set of the rows of a file: `read` takes a row apart (and may throw `BadField`), `finish` looks at its pictures and
 * makes the example. Fails with `DataError` at the first problem, unless `onBad` is "skip".
 */
export const readList = <A extends object, E>(
  files: Listed,
  read: (row: Row, index: number) => A,
  finish: (draft: A, entry: Entry, look: Look) => Effect.Effect<Result<E>>
): Effect.Effect<Of<E>, DataError | RowsError, Spool> =>
  Effect.suspend(() => {
    const look = lookOnce(files.images)
    const results = Stream.mapEffect(entries(files.annotations), (some) =>
      Effect.forEach(some, (entry) => {
        const draft = readEntry(entry, read)
        return "problem" in draft ? Effect.succeed<Result<E>>(draft) : finish(draft as A, entry, look)
      }))
    return Effect.map(collect(files.annotations, files.onBad, results), (listed) => ({
      name: nameOf(files, files.annotations),
      categories: [],
      ...listed
    }))
  })

/** Hash of a file of rows together with the names and lengths of the pictures that `filesOf` finds in them. */
export const listHash = (
  path: string,
  images: string,
  filesOf: (row: Row) => ReadonlyArray<string>
): Effect.Effect<string, DataError> =>
  hashing(async () => {
    const text = createHash("sha256")
    for await (const bytes of bytesOf(path)) text.update(bytes)
    const pictures = pictureHash(images)
    let last: string | undefined
    const add = (file: string): void => {
      if (file === last) return // expressions about one picture stand side by side
      pictures.add(file)
      last = file
    }
    try {
      for await (const some of readRows(path)) {
        for (const entry of some) {
          const found = readEntry(entry, (row) => ({ files: filesOf(row) }))
          if ("files" in found) found.files.forEach(add)
        }
      }
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause // what the file is not, the reader says
    }
    return text.update(pictures.digest()).digest("hex")
  })
