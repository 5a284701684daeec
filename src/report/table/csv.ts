/** Tables as CSV. */
import type { Table } from "./Table.ts"

type Value = string | number | boolean | null | undefined

/** One field: quoted where a comma, quote, line break or edge space asks for it (RFC 4180). Booleans are 0 and 1. */
export const field = (value: Value): string => {
  if (value === null || value === undefined) return ""
  const text = typeof value === "boolean" ? String(Number(value)) : String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text
}

export const record = (values: ReadonlyArray<Value>): string => values.map(field).join(",")

const columns = [
  "experiment",
  "variant",
  "role",
  "metric",
  "scope",
  "name",
  "unit",
  "n",
  "mean",
  "sd",
  "ci95",
  "baseline_delta",
  "baseline_ci95",
  "baseline_wins",
  "baseline_separated",
  "reference_delta",
  "reference_ci95",
  "reference_wins",
  "reference_separated",
  "published"
]

/** The table in long form, one line a variant and metric, full precision, a header line first. */
export const csv = (table: Table): string => {
  const lines = table.rows.flatMap((row) =>
    row.cells.map(({ measured, metric, published, toBaseline, toReference }, i) =>
      record([
        table.experiment,
        row.variant,
        row.role,
        metric,
        table.columns[i]!.scope,
        table.columns[i]!.name,
        table.columns[i]!.unit,
        measured?.n ?? 0,
        measured?.mean,
        measured?.sd,
        measured?.ci95,
        toBaseline?.delta,
        toBaseline?.ci95,
        toBaseline?.wins,
        toBaseline?.separated,
        toReference?.delta,
        toReference?.ci95,
        toReference?.wins,
        toReference?.separated,
        published
      ])
    )
  )
  return [record(columns), ...lines].join("\n")
}
