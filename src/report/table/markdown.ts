/** Tables as Markdown. */
import { bracketed, decimals, signed, withInterval } from "./numbers.ts"
import { pivot } from "./pivot.ts"
import { sentences } from "./sentences.ts"
import type { Cell, Difference, Table } from "./Table.ts"
import { visibleLine } from "../visible.ts"

/** Makes a text safe inside a table cell: no column or line break, no accidental markup, and nothing hidden. */
export const escape = (text: string): string =>
  visibleLine(text).replace(/[\\`*_{}[\]<>|#]/g, (character) => `\\${character}`)

/** Bold with a star where the difference is separated, ° where its bare interval only says so. */
export const differenceText = (difference: Difference | undefined, digits: number): string => {
  if (difference === undefined) return ""
  const figure = withInterval(signed(difference.delta, digits), difference.ci95, digits)
  const marked = difference.separated ? `**${figure}**\\*` : difference.bare ? `${figure}°` : figure
  return marked + bracketed(difference, digits)
}

interface Heading {
  readonly head: string
  readonly value: (cell: Cell) => string
}

const columnsOf = (table: Table, position: number): ReadonlyArray<Heading> => {
  const digits = decimals(table, position)
  const has = (pick: (cell: Cell) => unknown) => table.rows.some((row) => pick(row.cells[position]!) !== undefined)
  const measured: Heading = {
    head: table.columns[position]!.title,
    value: (cell) =>
      cell.measured === undefined ? "-" : withInterval(cell.measured.mean.toFixed(digits), cell.measured.ci95, digits)
  }
  return [
    measured,
    ...(has((cell) => cell.toBaseline)
      ? [{ head: `to ${table.baseline}`, value: (cell: Cell) => differenceText(cell.toBaseline, digits) }]
      : []),
    ...(has((cell) => cell.toReference)
      ? [{ head: `to ${table.reference}`, value: (cell: Cell) => differenceText(cell.toReference, digits) }]
      : []),
    ...(has((cell) => cell.published)
      ? [{ head: "published", value: (cell: Cell) => String(cell.published ?? "") }]
      : [])
  ]
}

export const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

/** The table in Markdown (GitHub's dialect); a bold difference is separated, ° marks one that is so by its bare interval only. */
export const markdown = (flat: Table): string => {
  const table = pivot(flat)
  const columns = table.columns.map((_, position) => columnsOf(table, position))
  const rows = table.rows.map((row) => {
    const counts = new Set(row.cells.flatMap((cell) => (cell.measured ? [cell.measured.n] : [])))
    const cells = columns.flatMap((group, i) => group.map((column) => column.value(row.cells[i]!)))
    return line([
      escape(row.variant) + (row.role === "baseline" ? " (baseline)" : ""),
      [...counts].join("/") || "0",
      ...cells
    ])
  })
  const heads = columns.flat().map((column) => escape(column.head))
  return [
    line([escape(table.rowTitle), "n", ...heads]),
    line(["---", "--:", ...heads.map(() => "--:")]),
    ...rows,
    "",
    ...sentences(flat).map((sentence) => `- ${escape(sentence)}`)
  ].join("\n")
}
