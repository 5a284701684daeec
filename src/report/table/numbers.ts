/** Numbers of tables as text. */
import type { Difference, Table } from "./Table.ts"

/** Decimals by unit; a metric without one gets two where it is large, and three where it looks like a rate. */
const byUnit: { readonly [unit: string]: number } = { "%": 2, share: 3, nats: 3, tokens: 2 }

/** Decimals that suit a column of the table. */
export const decimals = (table: Table, column: number): number =>
  decimalsOf(table.columns[column]!.unit, table.rows.flatMap((row) => row.cells[column]?.measured?.mean ?? []))

/** Decimals that suit these means of a metric with this unit. */
export const decimalsOf = (unit: string, means: ReadonlyArray<number>): number => {
  if (unit === "count") return means.every(Number.isInteger) ? 0 : 1
  return byUnit[unit] ?? (Math.max(0, ...means.map(Math.abs)) > 1.5 ? 2 : 3)
}

/** A number with its sign always shown; zero, also when rounded to it, has none. */
export const signed = (value: number, digits: number): string => {
  const text = value.toFixed(digits)
  if (Number(text) === 0) return Math.abs(value).toFixed(digits)
  return value > 0 ? `+${text}` : text
}

/** `12.30 ± 0.45`, or the mean alone where there is no interval. */
export const withInterval = (mean: string, ci95: number | null, digits: number, between = " ± "): string =>
  ci95 === null ? mean : `${mean}${between}${ci95.toFixed(digits)}`

/** ` (2.61)`: the smallest difference that could have been shown, behind one that was measured; empty where there is none. */
export const bracketed = ({ detectable }: Pick<Difference, "detectable">, digits: number): string =>
  detectable === null ? "" : ` (${detectable.toFixed(digits)})`
