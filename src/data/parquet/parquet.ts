/** Data sets in Parquet files, as the Hugging Face hub has them: the pictures stand inside. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import type { RowsError } from "../../pipeline/Rows.ts"
import type { Generated, Spool } from "../../pipeline/run/services.ts"
import type { DataError } from "../../task/dataError.ts"
import type { Dataset } from "../../task/dataset.ts"
import type { Example as Detected } from "../../task/detection/example.ts"
import { fileHash } from "../../task/hashing.ts"
import type { Example as Referred } from "../../task/referring/example.ts"
import { joined } from "../layouts/content.ts"
import type { Exchange } from "../layouts/exchange.ts"
import { onBad } from "../../task/problem.ts"
import { nameOf } from "../layouts/files.ts"
import type { Columns, Corners, KindName } from "./kinds.ts"
import { readParquet } from "./readParquet.ts"

/** How rows are read, for whoever finds the files. */
export const reading = {
  /** The task whose examples the rows are. */
  as: Schema.Literals(["referring", "detection", "counting"]),
  /** Columns that go by other names. */
  columns: Schema.optionalKey(Schema.Record(Schema.String, Schema.NonEmptyString)),
  /** x, y, width, height, or two corners. */
  boxes: Config.withDefault(Schema.Literals(["xywh", "xyxy"]), "xywh"),
  /** What to call the data set; by default the name of the first file. */
  name: Schema.optionalKey(Schema.String),
  onBad
}

/** The same as options. */
export interface Reading<K extends KindName> {
  readonly as: K
  readonly columns?: Columns
  readonly boxes?: Corners
  readonly name?: string
  readonly onBad?: "fail" | "skip"
}

/** What each task's rows become. */
export interface Examples {
  readonly referring: Referred
  readonly detection: Detected
  readonly counting: Exchange
}

export type Source<K extends KindName, E = DataError | RowsError> = Stage.Stage<unknown, Dataset<Examples[K]>, E, Spool | Generated>

const some = (files: string | ReadonlyArray<string>): ReadonlyArray<string> => [files].flat()

const stage = Stage.define({
  kind: "data",
  name: "parquet",
  module: import.meta.url,
  config: Schema.Struct({ files: Schema.Union([Schema.NonEmptyString, Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1))]), ...reading }),
  repeatable: true,
  content: ({ files }) => Effect.map(Effect.forEach(some(files), fileHash), (hashes) => joined(...hashes)),
  run: ({ files, ...options }, _input: unknown) => readParquet(some(files), nameOf(options, some(files)[0]!), options)
})

/**
 * A data set in Parquet files, whose pictures stand inside, as bytes or as `{ bytes, path }`; they are written out as files where
 * generated ones lie. A row is an example, or where it has several expressions, each of them is one.
 *
 * Columns by task, others where `columns` says so; a dot leads into a struct:
 * - "referring": `image`, `expression` ("answer": a text or a list), `box` ("bbox")
 * - "detection": `image`, `boxes` ("objects.bbox"), `labels` ("objects.category": texts, or numbers that the file names), and where
 *   they are there, `areas` ("objects.area") and `crowds` ("objects.iscrowd")
 * - "counting": `image`, `question` ("problem"), `answer` ("solution": digits, also in answer tags)
 *
 * One row group is in memory at a time. Fails with `DataError`, naming file, row and column; `onBad` as for `Data.coco`.
 */
export const parquet = <K extends KindName>(config: Reading<K> & { readonly files: string | ReadonlyArray<string> }): Source<K> =>
  stage(config) as never // the rows of a task are its examples
