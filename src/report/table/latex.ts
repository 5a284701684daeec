/** Tables as LaTeX. */
import { bracketed, decimals, signed, withInterval } from "./numbers.ts"
import { pivot } from "./pivot.ts"
import { sentences } from "./sentences.ts"
import type { Cell, Difference, Table } from "./Table.ts"

const special: { readonly [character: string]: string } = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  "°": "$^{\\circ}$",
  "±": "$\\pm$"
}

/** Makes a text safe in LaTeX's text mode. */
export const escape = (text: string): string =>
  text.replace(/[\\~^<>|±°{}$&#%_]/g, (character) => special[character] ?? `\\${character}`).replace(/\s+/g, " ")

const math = (mean: string, ci95: number | null, digits: number, mark = ""): string =>
  `$${withInterval(mean, ci95, digits, " \\pm ")}${mark}$`

const mark = ({ bare, separated }: Difference): string => separated ? "^{*}" : bare ? "^{\\circ}" : ""

const differenceText = (difference: Difference | undefined, digits: number): string =>
  difference === undefined
    ? ""
    : math(signed(difference.delta, digits), difference.ci95, digits, mark(difference)) + bracketed(difference, digits)

/**
 * The table as a LaTeX `table` (packages booktabs and threeparttable); a starred difference is separated, a ring marks one that
 * is so by its bare interval only.
 */
export const latex = (flat: Table): string => {
  const table = pivot(flat)
  const digits = table.columns.map((_, i) => decimals(table, i))
  const line = (cells: ReadonlyArray<string>): string => `  ${cells.join(" & ")} \\\\`
  const rows = table.rows.flatMap((row) => {
    const counts = new Set(row.cells.flatMap((cell) => (cell.measured ? [cell.measured.n] : [])))
    const title = escape(row.variant) + (row.role === "baseline" ? " (baseline)" : "")
    const compare = (name: string | undefined, pick: (cell: Cell) => Difference | undefined): ReadonlyArray<string> =>
      row.cells.every((cell) => pick(cell) === undefined)
        ? []
        : [
          line([
            `\\quad to ${escape(name ?? "")}`,
            "",
            ...row.cells.map((cell, i) => differenceText(pick(cell), digits[i]!))
          ])
        ]
    const published = row.cells.some((cell) => cell.published !== undefined)
    return [
      line([
        title,
        [...counts].join("/") || "0",
        ...row.cells.map(({ measured }, i) =>
          measured === undefined ? "--" : math(measured.mean.toFixed(digits[i]), measured.ci95, digits[i]!)
        )
      ]),
      ...compare(table.baseline, (cell) => cell.toBaseline),
      ...compare(table.reference, (cell) => cell.toReference),
      ...(published ? [line(["\\quad published", "", ...row.cells.map((cell) => String(cell.published ?? ""))])] : [])
    ]
  })
  return [
    "\\begin{table}",
    "\\centering",
    `\\caption{${escape(table.question || table.experiment)}}`,
    "\\begin{threeparttable}",
    `\\begin{tabular}{lr${"r".repeat(table.columns.length)}}`,
    "  \\toprule",
    line([escape(table.rowTitle), "$n$", ...table.columns.map(({ title }) => escape(title))]),
    "  \\midrule",
    ...rows,
    "  \\bottomrule",
    "\\end{tabular}",
    "\\begin{tablenotes}",
    ...sentences(flat).map((sentence) => `  \\item ${escape(sentence)}`),
    "\\end{tablenotes}",
    "\\end{threeparttable}",
    "\\end{table}"
  ].join("\n")
}
