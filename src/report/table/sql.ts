/** The question to runs.db that a table is made of, for whoever wants its numbers in SQL. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import type { Table } from "./Table.ts"

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What the table says beyond its numbers in SQL. */
const beyond = (table: Table): ReadonlyArray<string> => [
  "-- separated is by the bare 95 % interval; the table also corrects for its number of comparisons (Holm), which SQL does not.",
  ...(table.looks > 1
    ? [`-- Seeds went on until the answer was known: the table widens the intervals of differences for ${table.looks} looks, SQL does not.`]
    : [])
]

const difference = (alias: string, other: string): string =>
  ["n", "delta", "ci95", "separated"].map((column) => `${alias}.${column} AS to_${other}_${column}`).join(", ")

/**
 * One SQL statement that gives the numbers of a table, a line a row and metric: n, mean, sd, half of the 95 % interval, and the
 * differences to its baseline and reference, paired by seed.
 */
export const sqlOf = (table: Table): string => {
  const experiment = literal(table.experiment)
  const metrics = table.columns.map((column) => literal(Metric.fullName(column))).join(", ")
  const where = `WHERE experiment = ${experiment} AND metric IN (${metrics})`
  return [
    ...beyond(table),
    "WITH",
    `  row AS (SELECT v.name, v.role FROM experiment e JOIN variant v ON v.experiment = e.id WHERE e.name = ${experiment}),`,
    `  measured AS (SELECT * FROM ablation ${where}),`,
    `  to_baseline AS (SELECT * FROM paired ${where}),`,
    `  to_reference AS (SELECT * FROM gain ${where})`,
    "SELECT m.variant, m.metric, m.n, m.mean, m.sd, m.ci95,",
    `  ${difference("b", "baseline")},`,
    `  ${difference("r", "reference")}`,
    "FROM measured m JOIN row ON row.name = m.variant",
    "LEFT JOIN to_baseline b ON b.variant = m.variant AND b.metric = m.metric AND row.role = 'variant'",
    "LEFT JOIN to_reference r ON r.variant = m.variant AND r.metric = m.metric AND row.role <> 'reference'",
    "ORDER BY m.ordinal, m.metric"
  ].join("\n")
}
