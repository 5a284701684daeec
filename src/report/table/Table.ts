import type { Json } from "../../pipeline/json.ts"

/** Mean over seeds. `sd` and `ci95` (half the 95 % t-interval) are null below two independent values. */
export interface Measured {
  readonly n: number
  readonly mean: number
  readonly sd: number | null
  readonly ci95: number | null
}

/** Difference to another row, paired by seed. `separated`: its 95 % interval leaves zero out. */
export interface Difference {
  readonly n: number
  readonly delta: number
  readonly ci95: number | null
  readonly wins: number
  readonly separated: boolean
}

/** One row and one metric. A part is undefined where nothing was measured, compared or published. */
export interface Cell {
  readonly metric: string
  readonly measured?: Measured | undefined
  readonly toBaseline?: Difference | undefined
  readonly toReference?: Difference | undefined
  readonly published?: number | undefined
}

export type Role = "variant" | "baseline" | "reference"

export interface Row {
  readonly variant: string
  readonly role: Role
  /** One a metric, in the order of `metrics`. */
  readonly cells: ReadonlyArray<Cell>
}

/** The ablation table of an experiment as a value; the renderers beside this file print it. */
export interface Table {
  readonly experiment: string
  readonly question: string
  /** What the rows are called: the row axis. */
  readonly rowTitle: string
  readonly metrics: ReadonlyArray<string>
  /** References first, then variants in the order of the study. */
  readonly rows: ReadonlyArray<Row>
  readonly baseline?: string | undefined
  readonly reference?: string | undefined
  /** Images in the evaluation set; several when rows were evaluated on different sets. */
  readonly evaluationSizes: ReadonlyArray<number>
  /** Planned runs that are not done. */
  readonly missing: ReadonlyArray<{ readonly variant: string; readonly seed: number; readonly status: string }>
}

/** What a table is made of: an experiment and the rows of the views `ablation`, `paired`, `gain` and `missing`. */
export interface Source {
  readonly name: string
  readonly question: string
  readonly table: Json
  readonly variants: ReadonlyArray<
    { readonly name: string; readonly role: Role; readonly cell: { readonly [axis: string]: string } }
  >
  readonly ablation: ReadonlyArray<Measured & { readonly variant: string; readonly metric: string }>
  readonly paired: ReadonlyArray<Difference & { readonly variant: string; readonly metric: string }>
  readonly gain: ReadonlyArray<Difference & { readonly variant: string; readonly metric: string }>
  readonly missing: Table["missing"]
}

interface Layout {
  readonly rows: string
  readonly metrics: ReadonlyArray<string>
  readonly published: { readonly [row: string]: ReadonlyArray<number | null> }
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Reads an experiment's stored table setting; without metrics, every measured metric is shown by name. */
const layoutOf = (source: Source): Layout => {
  const setting = isRecord(source.table) ? source.table : {}
  const listed = Array.isArray(setting["metrics"]) ? setting["metrics"].filter((m) => typeof m === "string") : []
  const published = isRecord(setting["published"]) ? setting["published"] : {}
  return {
    rows: typeof setting["rows"] === "string" ? setting["rows"] : "variant",
    metrics: listed.length > 0 ? listed : [...new Set(source.ablation.map((row) => row.metric))].sort(),
    published: Object.fromEntries(
      Object.entries(published).map(([row, figures]) => [row, Array.isArray(figures) ? figures : []])
    )
  }
}

const find = <A extends { readonly variant: string; readonly metric: string }>(
  rows: ReadonlyArray<A>,
  variant: string,
  metric: string
): A | undefined => rows.find((row) => row.variant === variant && row.metric === metric)

/** Makes the table of an experiment from what the store's views say. */
export const make = (source: Source): Table => {
  const layout = layoutOf(source)
  const ordered = [
    ...source.variants.filter((variant) => variant.role === "reference"),
    ...source.variants.filter((variant) => variant.role !== "reference")
  ]
  const sizes = source.ablation.filter((row) => row.metric === "evaluationSize").map((row) => row.mean)
  return {
    experiment: source.name,
    question: source.question,
    rowTitle: layout.rows,
    metrics: layout.metrics,
    baseline: source.variants.find((variant) => variant.role === "baseline")?.name,
    reference: source.variants.find((variant) => variant.role === "reference")?.name,
    evaluationSizes: [...new Set(sizes)].sort((a, b) => a - b),
    missing: source.missing,
    rows: ordered.map((variant) => {
      const published = layout.published[variant.name] ?? layout.published[variant.cell[layout.rows] ?? ""] ?? []
      return {
        variant: variant.name,
        role: variant.role,
        cells: layout.metrics.map((metric, position) => ({
          metric,
          measured: find(source.ablation, variant.name, metric),
          toBaseline: variant.role === "variant" ? find(source.paired, variant.name, metric) : undefined,
          toReference: variant.role === "reference" ? undefined : find(source.gain, variant.name, metric),
          published: published[position] ?? undefined
        }))
      }
    })
  }
}
