/** Tables as plain text. */
import { bracketed, decimals, signed, withInterval } from "./numbers.ts"
import { pivot } from "./pivot.ts"
import { sentences } from "./sentences.ts"
import type { Cell, Difference, Row, Table } from "./Table.ts"
import { visibleLine } from "../visible.ts"
import { padEnd, padStart, width, wrap } from "../width.ts"

interface Line {
  readonly title: string
  readonly n: string
  /** Measured and published, one pair a metric. */
  readonly pairs: ReadonlyArray<readonly [string, string]>
}

/** Behind a difference: separated, separated by its bare interval only, or neither. */
const mark = ({ bare, separated }: Difference): string => separated ? " *" : bare ? " °" : "  "

const differenceText = (difference: Difference | undefined, digits: number): string =>
  difference === undefined
    ? ""
    : withInterval(signed(difference.delta, digits), difference.ci95, digits) + bracketed(difference, digits) + mark(difference)

const linesOf = (table: Table, row: Row): ReadonlyArray<Line> => {
  const digits = table.columns.map((_, i) => decimals(table, i))
  const counts = new Set(row.cells.flatMap((cell) => (cell.measured ? [cell.measured.n] : [])))
  const compare = (title: string, pick: (cell: Cell) => Difference | undefined): ReadonlyArray<Line> =>
    row.cells.every((cell) => pick(cell) === undefined)
      ? []
      : [{ title, n: "", pairs: row.cells.map((cell, i) => [differenceText(pick(cell), digits[i]!), ""]) }]
  return [
    {
      title: visibleLine(row.variant) + (row.role === "baseline" ? " (baseline)" : ""),
      n: [...counts].join("/") || "0",
      pairs: row.cells.map(({ measured, published }, i) => [
        measured === undefined
          ? "-  "
          : `${withInterval(measured.mean.toFixed(digits[i]), measured.ci95, digits[i]!)}  `,
        published === undefined ? "" : String(published)
      ])
    },
    ...compare(`  to ${visibleLine(table.baseline ?? "")}`, (cell) => cell.toBaseline),
    ...compare(`  to ${visibleLine(table.reference ?? "")}`, (cell) => cell.toReference)
  ]
}

/** Columns of one metric: measured, and published where the table has it. */
const block = (table: Table, lines: ReadonlyArray<Line>, column: number) => {
  const metric = visibleLine(table.columns[column]!.title)
  const published = table.rows.some((row) => row.cells[column]?.published !== undefined)
  const left = Math.max(width(metric) + 2, ...lines.map((line) => width(line.pairs[column]![0])))
  const right = published ? Math.max(9, ...lines.map((line) => width(line.pairs[column]![1]))) : 0
  const pad = (a: string, b: string) => padStart(a, left) + (published ? padStart(b, right) : "")
  return {
    width: left + right,
    head: pad(`${metric}  `, "published"),
    cells: lines.map((line) => pad(line.pairs[column]![0], line.pairs[column]![1]))
  }
}

/** Puts blocks side by side while they fit, and the rest below, so that a table with many metrics stays readable. */
const shelves = <A extends { readonly width: number }>(
  blocks: ReadonlyArray<A>,
  columns: number
): ReadonlyArray<ReadonlyArray<A>> => {
  const result: Array<Array<A>> = []
  let used = Infinity
  for (const item of blocks) {
    if (used + item.width + 2 > columns) {
      result.push([])
      used = 0
    }
    result.at(-1)!.push(item)
    used += item.width + 2
  }
  return result
}

/** Columns beyond which the name of a row goes on in a line of its own. */
const widest = 44

/** A title in lines, none of it cut: what tells two rows apart may stand at their end. */
const titleLines = (title: string): ReadonlyArray<string> => {
  if (width(title) <= widest) return [title]
  const words = title.trimStart()
  const indent = " ".repeat(title.length - words.length)
  return wrap(words, widest - indent.length - 4).map((line, i) => (i === 0 ? indent : `${indent}    `) + line)
}

/** Lines as blocks of columns, at most `columns` wide where their names allow. */
const gridsOf = (table: Table, lines: ReadonlyArray<Line>, columns: number): ReadonlyArray<ReadonlyArray<string>> => {
  const titles = lines.map((line) => titleLines(line.title))
  const rowTitle = visibleLine(table.rowTitle)
  const titleWidth = Math.max(width(rowTitle), ...titles.flat().map(width))
  const countWidth = Math.max(1, ...lines.map((line) => line.n.length))
  const blocks = table.columns.map((_, column) => block(table, lines, column))
  const lead = (title: string, n: string) => `${padEnd(title, titleWidth)}  ${padStart(n, countWidth)}`
  return shelves(blocks, columns - titleWidth - countWidth - 2).map((shelf) => {
    const head = [lead(rowTitle, "n"), ...shelf.map((item) => item.head)].join("  ").trimEnd()
    const body = lines.flatMap((line, i) => {
      const [title = "", ...rest] = titles[i]!
      return [[lead(title, line.n), ...shelf.map((item) => item.cells[i]!)].join("  ").trimEnd(), ...rest]
    })
    const rule = "-".repeat(Math.max(...[head, ...body].map(width)))
    return [head, rule, ...body, rule]
  })
}

/** The table as plain text at most `columns` wide where its names allow, followed by the sentences that explain it. */
export const text = (flat: Table, columns = 120): string => {
  const table = pivot(flat)
  const grids = gridsOf(table, table.rows.flatMap((row) => linesOf(table, row)), columns)
  const notes = sentences(flat).flatMap((sentence) => wrap(visibleLine(sentence), Math.min(columns, 120)))
  const title = [visibleLine(`${table.experiment}: ${table.question}`).replace(/: $/, ""), ""]
  return [...title, grids.map((grid) => grid.join("\n")).join("\n\n"), "", ...notes].join("\n")
}

/** What was measured, alone: of as many metrics as fit side by side, a line for each row. */
export const brief = (flat: Table, columns: number): ReadonlyArray<string> => {
  const table = pivot(flat)
  return gridsOf(table, table.rows.map((row) => linesOf(table, row)[0]!), columns)[0] ?? []
}
