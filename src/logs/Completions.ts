/** The completions of a log's steps, from the files that trainers write them into, a step at a time. */
import { basename } from "node:path"
import { DataError } from "../task/dataError.ts"
import { type Layout, type Row, stepOf } from "./layout.ts"
import { readLines } from "./readLines.ts"
import { parquetRows } from "./readParquet.ts"

/** The rows of a step, and what messages call the first of them. */
export interface Rows {
  readonly step: number
  readonly entry: string
  readonly rows: ReadonlyArray<Row>
}

/** A file with the steps that it has, in ascending order. */
export interface Source {
  readonly path: string
  readonly steps: ReadonlyArray<number>
  /** Its rows, for the steps above `after`. */
  readonly read: (after: number) => AsyncGenerator<Rows>
}

type Remark = (message: string) => void

const stepIn = (layout: Layout, row: Row): unknown => {
  const said = row[layout.columns.step.find((name) => Object.hasOwn(row, name)) ?? layout.columns.step[0]!]
  return Array.isArray(said) ? said[0] : said
}

const stepOfRow = (layout: Layout, row: Row, path: string, entry: string): number => {
  const step = stepOf(stepIn(layout, row))
  if (step !== undefined) return step
  const names = layout.columns.step.map((name) => `"${name}"`).join(" or ")
  throw new DataError({ path, message: `${path}: ${entry} has no step, a whole number, in ${names}. Name the layout that the file has with --layout.` })
}

/** A table has a list in each column, where other rows have a value. */
const isTable = (layout: Layout, row: Row): boolean => Array.isArray(row[layout.columns.step.find((name) => Object.hasOwn(row, name)) ?? ""])

/** The rows of a table; a column that is shorter than the completions ends early. */
const untabled = (layout: Layout, table: Row): ReadonlyArray<Row> => {
  const completions = table[layout.columns.completion]
  const columns = Object.entries(table)
  return Array.from({ length: Array.isArray(completions) ? completions.length : 0 }, (_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, Array.isArray(values) ? values[i] as unknown : values])))
}

/** Lines of one step, which follow each other. */
interface Stretch {
  readonly step: number
  readonly first: number
  last: number
  readonly table: boolean
}

/**
 * Adds a line to the stretches before it. A line of an earlier step means that the training was taken up again from before it: what
 * was logged from there on is void. A second table of a step is the same again, which is logged when training ends, or held-out.
 */
const add = (all: Array<Stretch>, step: number, line: number, table: boolean): void => {
  const last = all.at(-1)
  if (last?.step === step) {
    if (!table && !last.table) last.last = line
    return
  }
  while (all.length > 0 && all.at(-1)!.step >= step) all.pop()
  all.push({ step, first: line, last: line, table })
}

const ofLines = async (path: string, layout: Layout, remark: Remark): Promise<Source> => {
  const stretches: Array<Stretch> = []
  for await (const { number, row } of readLines(path, remark)) {
    const table = isTable(layout, row)
    if (table && stepIn(layout, row) === undefined) continue // a step without completions
    add(stretches, stepOfRow(layout, row, path, `line ${number}`), number, table)
  }
  return {
    path,
    steps: stretches.map(({ step }) => step),
    read: async function*(after) {
      const wanted = stretches.filter(({ step }) => step > after)
      let at = 0
      let rows: Array<Row> = []
      for await (const { number, row } of readLines(path, () => {})) {
        const stretch = wanted[at]
        if (stretch === undefined) return
        if (number < stretch.first) continue
        if (number <= stretch.last) rows.push(...stretch.table ? untabled(layout, row) : [row])
        if (number < stretch.last) continue
        yield { step: stretch.step, entry: `line ${stretch.first}`, rows }
        rows = []
        at++
      }
    }
  }
}

const numbered = (path: string): number | undefined => stepOf(/_(\d+)\.parquet$/.exec(basename(path))?.[1])

/** A file of Parquet: of the step in its name, or of the steps in its column. */
const ofParquet = async (path: string, layout: Layout): Promise<Source> => {
  const named = numbered(path)
  const stepsIn = (rows: ReadonlyArray<Row>) => rows.map((row, i) => stepOfRow(layout, row, path, `row ${i}`))
  const steps = named === undefined ? [...new Set(stepsIn(await parquetRows(path)))].sort((a, b) => a - b) : [named]
  return {
    path,
    steps,
    read: async function*(after) {
      if (steps.every((step) => step <= after)) return
      const rows = await parquetRows(path)
      const found = stepsIn(rows)
      const other = found.findIndex((step) => !steps.includes(step))
      if (other >= 0) throw new DataError({ path, message: `${path}: row ${other} is of step ${found[other]}, which the name of the file does not say.` })
      for (const step of steps) {
        if (step <= after) continue
        yield { step, entry: `row ${Math.max(found.indexOf(step), 0)}`, rows: rows.filter((_, i) => found[i] === step) }
      }
    }
  }
}

/** A file of completions, opened. Throws `DataError`. */
export const open = (path: string, layout: Layout, remark: Remark): Promise<Source> =>
  path.endsWith(".parquet") ? ofParquet(path, layout) : ofLines(path, layout, remark)

