/** Data sets by their names on the Hugging Face hub: Parquet files, or files that one of the layouts reads. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Choice } from "../../hub/choose.ts"
import type { HubError } from "../../hub/hubError.ts"
import { addressOf, Name, type Repository, Revision } from "../../hub/repository.ts"
import { pin, snapshot, supply } from "../../hub/snapshot.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import type { RowsError } from "../../pipeline/Rows.ts"
import type { Spool } from "../../pipeline/run/services.ts"
import type { DataError } from "../../task/dataError.ts"
import type { Dataset } from "../../task/dataset.ts"
import { onBad } from "../../task/problem.ts"
import type { KindName } from "../parquet/kinds.ts"
import { type Reading, reading, type Source } from "../parquet/parquet.ts"
import { readParquet } from "../parquet/readParquet.ts"
import { filesBelow, namedFiles, root, splitFiles } from "./choices.ts"
import { type LayoutName, layouts, pathKeys } from "./layouts.ts"

const { as, boxes, columns, name } = reading

const config = Schema.Struct({
  repository: Name,
  revision: Schema.optionalKey(Revision),
  config: Schema.optionalKey(Schema.NonEmptyString),
  split: Schema.optionalKey(Schema.NonEmptyString),
  files: Schema.optionalKey(Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1))),
  as: Schema.optionalKey(as),
  layout: Schema.optionalKey(Schema.Literals(Object.keys(layouts) as ReadonlyArray<LayoutName>)),
  with: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  columns,
  boxes,
  name,
  onBad
})

type Options = typeof config["Type"]

/** A data set that one of the layouts reads. */
type Read = Stage.Stage<unknown, Dataset, DataError | RowsError, Spool>

/** The reader of a layout, its paths below a folder. Throws `InvalidConfig`. */
const readerIn = (folder: string, { layout, onBad, with: given = {} }: Options): Read => {
  const paths = pathKeys(layout!)
  const placed = Object.entries(given).map(([key, value]) => [key, paths.includes(key) ? join(folder, value) : value])
  return (layouts[layout!] as (config: object) => Read)({ onBad, ...Object.fromEntries(placed) })
}

const problemOf = (options: Options): string | undefined => {
  const { as, config, files, layout, split } = options
  if (layout !== undefined) {
    const others = [as, config, files, split].some((other) => other !== undefined)
    if (others) return "with a layout, name its files in `with`, and leave out as, config, files and split"
    readerIn(".", options) // a config that does not fit is refused when the study is declared
    return undefined
  }
  if (as === undefined) return "say what its rows are, such as `as: \"referring\"`, or which layout its files have"
  if (config !== undefined && split === undefined) return "a config goes with a split"
  return (files === undefined) === (split === undefined) ? "name either the split or the files" : undefined
}

const repositoryOf = ({ repository, revision = "main" }: Options): Repository => ({ type: "dataset", name: repository, revision })

const choiceOf = ({ config, files, layout, split, with: given = {} }: Options): Choice => {
  if (layout !== undefined) return filesBelow(pathKeys(layout).flatMap((key) => given[key] ?? []))
  return files === undefined ? splitFiles(split!, config) : namedFiles(files)
}

const nameIn = ({ config, name, repository, split }: Options): string => {
  const own = repository.slice(repository.indexOf("/") + 1)
  return name ?? [own, config === root ? undefined : config, split].filter((part) => part !== undefined).join("-")
}

const stage = Stage.define({
  kind: "data",
  name: "hub",
  module: import.meta.url,
  config,
  incidental: ["revision"], // the commit that it was is the content
  repeatable: true,
  problem: problemOf,
  content: (options) => Effect.map(pin(repositoryOf(options)), (commit) => addressOf(repositoryOf(options), commit)),
  supply: (options) => supply(repositoryOf(options), choiceOf(options)),
  run: (options, _input: unknown) =>
    Effect.gen(function*() {
      const { files, folder } = yield* snapshot(repositoryOf(options), choiceOf(options))
      if (options.layout !== undefined) return yield* readerIn(folder, options).run(undefined)
      const { as, boxes, columns, onBad } = options
      return yield* readParquet(files.map((file) => join(folder, file)), nameIn(options), {
        as: as!, // `problemOf` saw to it
        boxes,
        onBad,
        ...(columns === undefined ? {} : { columns })
      })
    })
})

/**
 * Parquet files of a repository, by their split or their paths, in which `*` stands for any characters but a slash. `config` is the folder
 * of the split's files, where several have that split; "." is the root.
 */
export type ParquetOptions<K extends KindName> =
  & Reading<K>
  & { readonly revision?: string }
  & (
    | { readonly split: string; readonly config?: string; readonly files?: never }
    | { readonly files: ReadonlyArray<string>; readonly split?: never; readonly config?: never }
  )

/** Files of a repository that one of the layouts reads: `with` is its config, paths from the root of the repository. */
export interface LayoutOptions<L extends LayoutName> {
  readonly layout: L
  readonly with: { readonly [key: string]: string } & Omit<Parameters<typeof layouts[L]>[0], "onBad">
  readonly revision?: string
  readonly onBad?: "fail" | "skip"
}

type Laid<L extends LayoutName> = ReturnType<typeof layouts[L]> extends Stage.Stage<infer In, infer Out, infer E, infer R>
  ? Stage.Stage<In, Out, E | HubError, R>
  : never

interface Hub {
  <const L extends LayoutName>(repository: string, options: LayoutOptions<L>): Laid<L>
  <const K extends KindName>(repository: string, options: ParquetOptions<K>): Source<K, DataError | RowsError | HubError>
}

/**
 * A data set by its name on the Hugging Face hub, `ORG/NAME`, at `revision` ("main" unless given), which is pinned to its commit when the
 * study is planned:
 *
 * ```ts
 * Data.hub("lmms-lab/RefCOCO", { as: "referring", split: "val" })
 * Data.hub("omlab/OVDEval", { layout: "ovdeval", with: { annotations: "annotations/color.json", images: "images/color" } })
 * ```
 * Parquet files are read as by `Data.parquet`, and only those of the split are fetched, of one `config` where several folders have it;
 * with a `layout`, only the files and folders that
 * `with` names. Archives are not unpacked. Fails with `HubError`, and as the reader does. Throws `InvalidConfig`, naming the key.
 */
export const hub: Hub = (repository: string, options: object) => stage({ repository, ...options } as never) as never // what a layout or a task reads
