/** Tables as CSV. */
import type { Difference, Table } from "./Table.ts"

type Value = string | number | boolean | null | undefined

/** One field: quoted where a comma, quote, line break or edge space asks for it (RFC 4180). Booleans are 0 and 1. */
export const field = (value: Value): string => {
  if (value === null || value === undefined) return ""
  const text = typeof value === "boolean" ? String(Number(value)) : String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text
}

export const record = (values: ReadonlyArray<Value>): string => values.map(field).join(",")

/** Columns of a difference, each behind the name of the row that it is to. */
const ofDifference: ReadonlyArray<readonly [column: string, of: (difference: Difference) => Value]> = [
  ["n", ({ n }) => n],
  ["delta", ({ delta }) => delta],
  ["sd", ({ sd }) => sd],
  ["ci95", ({ ci95 }) => ci95],
  ["wins", ({ wins }) => wins],
  ["detectable", ({ detectable }) => detectable],
  ["p", ({ p }) => p],
  ["holm", ({ holm }) => holm],
  ["bare", ({ bare }) => bare],
  ["separated", ({ separated }) => separated]
]

const differenceFields = (difference: Difference | undefined): ReadonlyArray<Value> =>
  ofDifference.map(([, of]) => difference === undefined ? undefined : of(difference))

const columns = [
  "experiment",
  "variant",
  "role",
  "metric",
  "scope",
  "name",
  "unit",
  "evaluation_size",
  "missing",
  "n",
  "mean",
  "sd",
  "ci95",
  ...["baseline", "reference"].flatMap((other) => ofDifference.map(([column]) => `${other}_${column}`)),
  "published"
]

/**
 * The table in long form, one line a variant and metric, full precision, a header line first. `missing` counts the
 * variant's planned runs that are not done; evaluation sets of several sizes are joined by slashes.
 */
export const csv = (table: Table): string => {
  const sizes = new Map(table.evaluationSizes.map(({ scope, sizes }) => [scope, sizes.join("/")]))
  const lines = table.rows.flatMap((row) =>
    row.cells.map(({ measured, metric, published, toBaseline, toReference }, i) => {
      const { name, scope, unit } = table.columns[i]!
      return record([
        table.experiment,
        row.variant,
        row.role,
        metric,
        scope,
        name,
        unit,
        sizes.get(scope),
        table.missing.filter(({ variant }) => variant === row.variant).length,
        measured?.n ?? 0,
        measured?.mean,
        measured?.sd,
        measured?.ci95,
        ...differenceFields(toBaseline),
        ...differenceFields(toReference),
        published
      ])
    })
  )
  return [record(columns), ...lines].join("\n")
}
