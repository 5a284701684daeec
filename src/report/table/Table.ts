/** The ablation table of an experiment as a value; the formats beside this file print it. */
import * as Schema from "effect/Schema"
import * as Metric from "../../pipeline/declare/Metric.ts"
import { corrected, type Difference, differenceOf, type Stored } from "./differences.ts"
import type { Setting } from "../../pipeline/plan/setting.ts"
import { type ScopeSettings, settingsOf } from "./settings.ts"

export type { Difference } from "./differences.ts"

/** Mean over seeds. `sd` and `ci95` (half the 95 % t-interval) are null below two independent values. */
export interface Measured {
  readonly n: number
  readonly mean: number
  readonly sd: number | null
  readonly ci95: number | null
}

/** A metric of the table. */
export interface Column {
  /** As the study calls it. */
  readonly title: string
  readonly scope: string
  readonly name: string
  readonly unit: string
  readonly better: Metric.Metric["better"]
}

/** One row and one metric. A part is undefined where nothing was measured, compared or published. */
export interface Cell {
  /** Title of its column. */
  readonly metric: string
  readonly measured?: Measured | undefined
  readonly toBaseline?: Difference | undefined
  readonly toReference?: Difference | undefined
  readonly published?: number | undefined
}

/** What others are compared with, or not. */
export type Role = "variant" | "baseline" | "reference"

/** A variant with its numbers. */
export interface Row {
  readonly variant: string
  readonly role: Role
  readonly cell: { readonly [axis: string]: string }
  /** One a column, in their order. */
  readonly cells: ReadonlyArray<Cell>
}

/** On how many examples the metrics of a scope rest; several numbers when rows were evaluated on different sets. */
export interface EvaluationSize {
  readonly scope: string
  readonly of: string
  readonly sizes: ReadonlyArray<number>
}

/** The ablation table of an experiment. */
export interface Table {
  readonly experiment: string
  readonly question: string
  /** What the rows are called: the row axis. */
  readonly rowTitle: string
  readonly columns: ReadonlyArray<Column>
  /** References first, then variants in the order of the study. */
  readonly rows: ReadonlyArray<Row>
  readonly baseline?: string | undefined
  readonly reference?: string | undefined
  /** How often a rule for the seeds looks at the results; intervals of differences hold at all looks together. */
  readonly looks: number
  readonly evaluationSizes: ReadonlyArray<EvaluationSize>
  /** By what settings the evaluations of the columns measured. */
  readonly settings: ReadonlyArray<ScopeSettings>
  /** Planned runs that are not done. */
  readonly missing: ReadonlyArray<{ readonly variant: string; readonly seed: number; readonly status: string }>
}

interface Named {
  readonly variant: string
  readonly scope: string
  readonly name: string
}

interface Declared {
  readonly unit: string
  readonly better: Metric.Metric["better"]
  readonly counts: string
}

/** What a table is made of: an experiment and the rows of the views `ablation`, `paired`, `gain` and `missing`. */
export interface Source {
  readonly name: string
  readonly question: string
  /** How the table is printed, as it was stored. */
  readonly table: unknown
  readonly variants: ReadonlyArray<
    { readonly name: string; readonly role: Role; readonly cell: { readonly [axis: string]: string } }
  >
  readonly ablation: ReadonlyArray<Omit<Measured, "mean"> & { readonly mean: number | null } & Named & Declared>
  readonly paired: ReadonlyArray<Stored & Named>
  readonly gain: ReadonlyArray<Stored & Named>
  readonly settings: ReadonlyArray<Setting>
  readonly missing: Table["missing"]
}

/** How a table is printed, as the journal keeps it. */
const Printed = Schema.Struct({
  rows: Schema.optionalKey(Schema.String),
  metrics: Schema.Array(Schema.Struct({ title: Schema.String, scope: Schema.String, name: Schema.String })),
  published: Schema.optionalKey(Schema.Record(Schema.String, Schema.Array(Schema.NullOr(Schema.Finite)))),
  looks: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
})

const decode = Schema.decodeUnknownOption(Printed)

/** The columns of a table and how it is printed: those that the study names, or all that was measured. */
export const columnsOf = (source: Source): { readonly columns: ReadonlyArray<Column>; readonly setting: typeof Printed.Type } => {
  const known = [...new Map(source.ablation.map((row) => [Metric.fullName(row), row])).values()]
    .map(({ better, name, scope, unit }): Column => ({ title: Metric.fullName({ name, scope }), scope, name, unit, better }))
  const decoded = decode(source.table)
  const setting = decoded._tag === "Some" ? decoded.value : { metrics: [] }
  const columns = setting.metrics.map((metric): Column => {
    const { better = "neither", unit = "" } = known.find(({ name, scope }) => name === metric.name && scope === metric.scope) ?? {}
    return { ...metric, unit, better }
  })
  return { setting, columns: columns.length > 0 ? columns : known.toSorted((a, b) => a.title < b.title ? -1 : 1) }
}

const find = <A extends Named>(rows: ReadonlyArray<A>, variant: string, { name, scope }: Column): A | undefined =>
  rows.find((row) => row.variant === variant && row.name === name && row.scope === scope)

const measuredOf = (row: Source["ablation"][number] | undefined): Measured | undefined =>
  row === undefined || row.mean === null ? undefined : { n: row.n, mean: row.mean, sd: row.sd, ci95: row.ci95 }

/** How many examples the metrics of each scope in the table rest on. */
const sizesOf = (source: Source, columns: ReadonlyArray<Column>): ReadonlyArray<EvaluationSize> =>
  [...new Set(columns.map(({ scope }) => scope))].flatMap((scope) => {
    const rows = source.ablation.filter((row) => row.scope === scope && row.name === Metric.sizeName && row.mean !== null)
    if (rows.length === 0) return []
    const sizes = [...new Set(rows.map((row) => row.mean!))].sort((a, b) => a - b)
    return [{ scope, of: rows[0]!.counts || "image", sizes }]
  })

/** The rows with their differences corrected for how many the whole table has. */
const correctedRows = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> => {
  const all = rows.flatMap(({ cells }) => cells.flatMap(({ toBaseline, toReference }) => [toBaseline ?? [], toReference ?? []].flat()))
  const left = corrected(all)
  const change = (difference: Difference | undefined) => difference === undefined ? undefined : left.get(difference) ?? difference
  return rows.map((row) => ({
    ...row,
    cells: row.cells.map((cell) => ({ ...cell, toBaseline: change(cell.toBaseline), toReference: change(cell.toReference) }))
  }))
}

/** Makes the table of an experiment from what the store's views say. */
export const make = (source: Source): Table => {
  const { columns, setting: { looks = 1, published = {}, rows: axis } } = columnsOf(source)
  const ordered = [
    ...source.variants.filter((variant) => variant.role === "reference"),
    ...source.variants.filter((variant) => variant.role !== "reference")
  ]
  return {
    experiment: source.name,
    question: source.question,
    rowTitle: axis ?? "variant",
    columns,
    baseline: source.variants.find((variant) => variant.role === "baseline")?.name,
    reference: source.variants.find((variant) => variant.role === "reference")?.name,
    looks,
    evaluationSizes: sizesOf(source, columns),
    settings: settingsOf(columns.map(({ scope }) => scope), source.settings),
    missing: source.missing,
    rows: correctedRows(ordered.map((variant) => {
      const figures = published[variant.name] ?? published[variant.cell[axis ?? ""] ?? ""] ?? []
      return {
        variant: variant.name,
        role: variant.role,
        cell: variant.cell,
        cells: columns.map((column, position) => ({
          metric: column.title,
          measured: measuredOf(find(source.ablation, variant.name, column)),
          toBaseline: variant.role === "variant"
            ? differenceOf(find(source.paired, variant.name, column), looks)
            : undefined,
          toReference: variant.role === "reference" ? undefined : differenceOf(find(source.gain, variant.name, column), looks),
          published: figures[position] ?? undefined
        }))
      }
    }))
  }
}
