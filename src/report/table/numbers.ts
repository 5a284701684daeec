import type { Table } from "./Table.ts"

/** Decimals that suit a metric: two for percentages and other large numbers, three for rates in [0, 1]. */
export const decimals = (table: Table, metric: string): number => {
  const column = table.metrics.indexOf(metric)
  const means = table.rows.flatMap((row) => {
    const value = row.cells[column]?.measured?.mean
    return value === undefined ? [] : [Math.abs(value)]
  })
  return Math.max(0, ...means) > 1.5 ? 2 : 3
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
