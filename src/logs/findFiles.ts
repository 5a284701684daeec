/** Which files are a trainer's logs, and by which layout: of a folder by their names, of a file by its columns. */
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { reasonOf } from "../pipeline/reason.ts"
import { DataError } from "../task/dataError.ts"
import type { Layout, Row } from "./layout.ts"
import { trl } from "./layouts/trl.ts"
import { readLines } from "./readLines.ts"
import { parquetRows } from "./readParquet.ts"

export interface Found {
  readonly layout: Layout
  readonly completions: ReadonlyArray<string>
  readonly metrics: ReadonlyArray<string>
}

const failure = (path: string, message: string) => new DataError({ path, message })

/** Paths of the files in a folder, and in the folders within it that trainers write into. */
const below = async (folder: string): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(folder, { withFileTypes: true })
  const inner = entries.filter((entry) => entry.isDirectory() && /^(completions|checkpoint-\d+)$/.test(entry.name))
  const deeper = await Promise.all(inner.map(async ({ name }) => (await readdir(join(folder, name))).map((file) => `${name}/${file}`)))
  return [...entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name), ...deeper.flat()]
}

const natural = new Intl.Collator("en", { numeric: true })

/** What every trainer of Transformers saves, TRL's and ms-swift's among them. */
const state = /^(checkpoint-\d+\/)?trainer_state\.json$/

/** Alone, it is called TRL's. */
const ofState = (layouts: ReadonlyArray<Layout>, metrics: ReadonlyArray<string>): Found =>
  ({ layout: layouts.find((layout) => layout === trl) ?? layouts[0]!, completions: [], metrics })

/** The logs in a folder; undefined where there are none of the layouts. */
export const inFolder = async (folder: string, layouts: ReadonlyArray<Layout>): Promise<Found | undefined> => {
  const names = (await below(folder)).toSorted(natural.compare)
  const matching = (pattern: RegExp) => names.filter((name) => pattern.test(name)).map((name) => join(folder, name))
  const all = layouts.map((layout) => ({ layout, completions: matching(layout.completions), metrics: matching(layout.metrics) }))
  const found = all.find(({ completions }) => completions.length > 0) ?? all.find(({ metrics }) => metrics.length > 0)
  const states = matching(state)
  if (found !== undefined) return { ...found, metrics: [...found.metrics, ...states] }
  return states.length > 0 ? ofState(layouts, states) : undefined
}

const firstRow = async (path: string): Promise<Row | undefined> => {
  if (path.endsWith(".parquet")) return (await parquetRows(path))[0]
  for await (const { row } of readLines(path, () => {})) return row
  return undefined
}

const holds = ({ columns }: Layout, row: Row): boolean =>
  [columns.prompt, columns.completion].every((name) => Object.hasOwn(row, name)) && columns.step.some((name) => Object.hasOwn(row, name))

/** What a file is. Parquet is written by TRL alone; its columns are called as those of ms-swift. */
const ofFile = async (path: string, layouts: ReadonlyArray<Layout>): Promise<Found> => {
  if (path.endsWith(".json")) return ofState(layouts, [path])
  const row = await firstRow(path)
  if (row === undefined) throw failure(path, `${path} has no rows.`)
  const parquet = path.endsWith(".parquet")
  const fitting = layouts.filter((layout) => holds(layout, row))
  const layout = fitting.find(({ completions }) => completions.source.includes("parquet") === parquet) ?? fitting[0]
  if (layout !== undefined) return { layout, completions: [path], metrics: [] }
  const numbersIn = (one: Layout) => one.numbers(row)?.metrics
  // a step says little: the layout is the one by which there are numbers at it, if there are any
  const numbers = parquet ? undefined : layouts.find((one) => Object.keys(numbersIn(one) ?? {}).length > 0) ?? layouts.find(numbersIn)
  if (numbers !== undefined) return { layout: numbers, completions: [], metrics: [path] }
  const known = layouts.map(({ columns, name }) => `${name} (${columns.step[0]}, ${columns.prompt}, ${columns.completion})`)
  throw failure(path, `${path} is no log of a known layout: it has the columns ${Object.keys(row).slice(0, 12).join(", ") || "none"}. Known: ${known.join(", ")}.`)
}

const foundAt = async (path: string, layouts: ReadonlyArray<Layout>): Promise<Found> => {
  try {
    if (!(await stat(path)).isDirectory()) return await ofFile(path, layouts)
    const found = await inFolder(path, layouts)
    if (found !== undefined) return found
    throw failure(path, `${path} has no logs of ${layouts.map(({ name }) => name).join(" or ")} in it. Name the folder that the trainer wrote its output into, or the files.`)
  } catch (cause) {
    throw cause instanceof DataError ? cause : failure(path, `${path} cannot be read (${reasonOf(cause)}). Name a file or folder that a trainer wrote.`)
  }
}

/**
 * The logs at some paths together: files, or folders that trainers wrote. `layouts` are those that they may have, one where it is
 * known. Throws `DataError`, naming the path.
 */
export const findFiles = async (paths: ReadonlyArray<string>, layouts: ReadonlyArray<Layout>): Promise<Found> => {
  const all = await Promise.all(paths.map((path) => foundAt(path, layouts)))
  const withCompletions = all.filter(({ completions }) => completions.length > 0)
  const names = [...new Set(withCompletions.map(({ layout }) => layout.name))]
  if (names.length > 1) throw failure(paths[0]!, `${paths.join(", ")} are logs of ${names.join(" and ")}. Import each by itself.`)
  return {
    layout: (withCompletions[0] ?? all[0]!).layout,
    completions: all.flatMap(({ completions }) => completions),
    metrics: all.flatMap(({ metrics }) => metrics)
  }
}
