/** Several experiments in one table. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import * as Table from "./Table.ts"

/** The name that all have, or else a word for it. */
const common = (names: ReadonlyArray<string | undefined>, word: string): string | undefined => {
  const known = [...new Set(names.filter((name) => name !== undefined))]
  return known.length > 1 ? word : known[0]
}

/** Figures of a row by the whole names of its metrics. */
const publishedOf = (source: Table.Source, variant: Table.Source["variants"][number]): ReadonlyMap<string, number | null> => {
  const { columns, setting: { published = {}, rows = "" } } = Table.columnsOf(source)
  const figures = published[variant.name] ?? published[variant.cell[rows] ?? ""] ?? []
  return new Map(columns.map((column, i) => [Metric.fullName(column), figures[i] ?? null]))
}

/**
 * The table of several experiments: their rows below each other, each named by its experiment and compared with that one's own
 * baseline and reference, under all columns that any of them has. Corrections count the comparisons of all of them, and
 * settings are held against each other across them. Of one experiment, its own table.
 */
export const join = (sources: ReadonlyArray<Table.Source>): Table.Table => {
  const [first, ...others] = sources
  if (first !== undefined && others.length === 0) return Table.make(first)
  const metrics = [...new Map(sources.flatMap((source) => Table.columnsOf(source).columns).map((column) =>
    [Metric.fullName(column), { title: Metric.fullName(column), scope: column.scope, name: column.name }] as const)).values()]
  const named = (source: Table.Source, variant: string): string => `${source.name}: ${variant}`
  const renamed = <A extends { readonly variant: string }>(of: (source: Table.Source) => ReadonlyArray<A>): ReadonlyArray<A> =>
    sources.flatMap((source) => of(source).map((row) => ({ ...row, variant: named(source, row.variant) })))
  const table = Table.make({
    name: sources.map(({ name }) => name).join(" + "),
    question: "",
    variants: sources.flatMap((source) => source.variants.map(({ name, role }) => ({ name: named(source, name), role, cell: {} }))),
    table: {
      looks: Math.max(...sources.map((source) => Table.columnsOf(source).setting.looks ?? 1)),
      metrics,
      published: Object.fromEntries(sources.flatMap((source) =>
        source.variants.map((variant) => {
          const figures = publishedOf(source, variant)
          return [named(source, variant.name), metrics.map(({ title }) => figures.get(title) ?? null)] as const
        })))
    },
    ablation: renamed(({ ablation }) => ablation),
    paired: renamed(({ paired }) => paired),
    gain: renamed(({ gain }) => gain),
    settings: renamed(({ settings }) => settings),
    missing: renamed(({ missing }) => missing)
  })
  const roleName = (role: Table.Role) => sources.map(({ variants }) => variants.find((variant) => variant.role === role)?.name)
  return {
    ...table,
    rowTitle: "experiment: row",
    baseline: common(roleName("baseline"), "its baseline"),
    reference: common(roleName("reference"), "its reference")
  }
}
