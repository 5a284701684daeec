/** Parquet files as data sets: rows one group at a time, the pictures in them written out as files. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Generated } from "../../pipeline/run/services.ts"
import { troubleOf } from "../../pipeline/fileTrouble.ts"
import { asDataError, DataError } from "../../task/dataError.ts"
import type { AnyExample, Dataset } from "../../task/dataset.ts"
import type { Problem } from "../../task/problem.ts"
import { faultOf } from "../../task/detection/coco/fields.ts"
import { type Look, lookOnce } from "../pictures/lookOnce.ts"
import type { OnBad } from "../../task/problem.ts"
import type { Result } from "../layouts/readEntry.ts"
import { collect } from "../layouts/readList.ts"
import { classNames } from "./classNames.ts"
import type { Cells } from "../../parquet/groups.ts"
import { keepPicture, pictureIn } from "./keepPicture.ts"
import { at, type Columns, type Corners, type How, type Kind, type KindName, kinds } from "./kinds.ts"
import { openParquet, type Parquet } from "../../parquet/openParquet.ts"

export interface Options {
  readonly as: KindName
  readonly columns?: Columns
  readonly boxes: Corners
  readonly onBad: OnBad
}

/** The columns of a kind, with others in their places; those that need not be there only where the file has them. */
const columnsOf = (kind: Kind, given: Columns, { path, says: { columns } }: Parquet): Columns => {
  const unknown = Object.keys(given).find((what) => !(what in kind.columns))
  if (unknown !== undefined) {
    const message = `"${unknown}" is no column that is read; there are ${Object.keys(kind.columns).join(", ")}. Correct the key in columns.`
    throw new DataError({ path, message })
  }
  const all = Object.entries({ ...kind.columns, ...given })
  const has = (column: string) => columns.includes(column.split(".")[0]!)
  const missing = all.find(([what, column]) => !has(column) && !kind.optional.includes(what))
  if (missing === undefined) return Object.fromEntries(all.filter(([, column]) => has(column)))
  const message = `${path} has no column "${missing[1].split(".")[0]}" for ${missing[0]}. It has ${columns.join(", ")}; name the right one in columns.`
  throw new DataError({ path, message })
}

/** What `work` makes, or the problem of a row where a field of it cannot be used. */
const orProblem = <A extends object>(entry: string, work: () => A): A | { readonly problem: Problem } => {
  try {
    return work()
  } catch (cause) {
    return { problem: { entry, ...faultOf(cause) } }
  }
}

const kept = (folder: string, bytes: Uint8Array) =>
  Effect.tryPromise({
    try: () => keepPicture(folder, bytes),
    catch: (cause) => new DataError({ path: folder, message: `Pictures cannot be written to ${folder} ${troubleOf(cause)}`, cause })
  })

/** The examples of a row, or one problem. `entry` is what messages call it, `index` its number in the whole set. */
const examplesOf = Effect.fnUntraced(function*(row: Cells, entry: string, index: number, { read }: Kind, how: How, folder: string, look: Look) {
  const column = how.columns["image"]!
  const draft = orProblem(entry, () => ({ make: read(row, how), bytes: pictureIn(at(row, column), column) }))
  if ("problem" in draft) return [draft]
  const found = yield* look(entry, column, yield* kept(folder, draft.bytes))
  if ("problem" in found) return [found]
  const { image } = found
  const made = orProblem(entry, () => ({ examples: draft.make(image) }))
  if ("problem" in made) return [made]
  return made.examples.map((more, i): Result<AnyExample> =>
    ({ example: { id: made.examples.length === 1 ? String(index) : `${index}.${i}`, image, ...more } }))
})

/** A data set of the rows of files, in their order, counted through. Fails with `DataError`, naming file, row and column. */
export const readParquet = (files: ReadonlyArray<string>, name: string, { as, boxes, columns: given = {}, onBad }: Options) =>
  Effect.gen(function*() {
    const folder = `${(yield* Generated).folder}/pictures`
    const look = lookOnce(folder)
    const kind: Kind = kinds[as]
    const categories = new Set<string>()
    let index = 0
    const rowsOf = Effect.fnUntraced(function*(file: Parquet) {
      const columns = yield* Effect.try({ try: () => columnsOf(kind, given, file), catch: asDataError })
      const names = columns["labels"] === undefined ? undefined : classNames(file.says.features, columns["labels"])
      names?.forEach((one) => categories.add(one))
      let row = 0
      const entry = () => `${files.length === 1 ? "" : `${file.path}, `}row ${row++}`
      const wanted = [...new Set(Object.values(columns).map((column) => column.split(".")[0]!))]
      return Stream.mapEffect(Stream.fromIterable(file.says.groups.keys()), (group) =>
        Effect.gen(function*() {
          const rows = yield* file.rows(group, wanted)
          const all = yield* Effect.forEach(rows, (row) => examplesOf(row, entry(), index++, kind, { columns, boxes, names }, folder, look))
          return all.flat()
        }))
    })
    const results = Stream.flatMap(Stream.fromIterable(files), (path) =>
      Stream.scoped(Stream.unwrap(Effect.flatMap(openParquet(path), rowsOf))))
    const labelled = Stream.map(results, (some) => {
      for (const one of some) {
        if ("example" in one && "positives" in one.example) for (const label of one.example.positives as ReadonlyArray<string>) categories.add(label)
      }
      return some
    })
    const { examples, skipped } = yield* collect(files.length === 1 ? files[0]! : name, onBad, labelled)
    const dataset: Dataset = { name, categories: as === "detection" ? [...categories] : [], examples, skipped }
    return dataset
  })
