/** Grids of more than one axis as a table: one axis down, the others across. */
import type { Cell, Column, Row, Table } from "./Table.ts"

const labelOf = (row: Row, axis: string): string => row.cell[axis] ?? row.variant

/** Labels of the axes that go across, in the order in which rows come. */
const acrossOf = (row: Row, axis: string): string =>
  Object.entries(row.cell).filter(([name]) => name !== axis).map(([, label]) => label).join(", ")

/** The axes that go across a grid, and every combination of their labels; none where the row axis is the only one. */
const across = (table: Table) => {
  const axis = table.rowTitle
  const inGrid = table.rows.filter((row) => axis in row.cell)
  const axes = [...new Set(inGrid.flatMap(({ cell }) => Object.keys(cell)))].filter((name) => name !== axis)
  return { inGrid, axes, labels: [...new Set(inGrid.map((row) => acrossOf(row, axis)))].filter((label) => label !== "") }
}

/** Which row of a table stands where in its grid. */
export interface Grid {
  /** The axis that goes down, and those that go across. */
  readonly down: string
  readonly across: ReadonlyArray<string>
  readonly columns: ReadonlyArray<string>
  /** A variant a column; null where the study has none. */
  readonly rows: ReadonlyArray<{ readonly label: string; readonly variants: ReadonlyArray<string | null> }>
}

/** The grid of a table with more than one axis. */
export const gridOf = (table: Table): Grid | undefined => {
  const { axes, inGrid, labels } = across(table)
  if (labels.length === 0) return undefined
  const down = table.rowTitle
  return {
    down,
    across: axes,
    columns: labels,
    rows: [...Map.groupBy(inGrid, (row) => labelOf(row, down))].map(([label, rows]) => ({
      label,
      variants: labels.map((other) => rows.find((row) => acrossOf(row, down) === other)?.variant ?? null)
    }))
  }
}

/**
 * The table with the labels of its row axis as rows and, for every combination of the other axes, its metrics as columns.
 * A table whose rows are called by nothing, or whose row axis is the only one, stays as it is.
 */
export const pivot = (table: Table): Table => {
  const axis = table.rowTitle
  const { labels } = across(table)
  if (labels.length === 0) return table
  const columns = labels.flatMap((label) =>
    table.columns.map((column): Column => ({ ...column, title: `${column.title} (${label})` }))
  )
  // a reference may be called as a label is
  const groups = Map.groupBy(table.rows, (row) => JSON.stringify([axis in row.cell, labelOf(row, axis)])).values()
  return {
    ...table,
    columns,
    rows: [...groups].map((rows): Row => ({
      variant: labelOf(rows[0]!, axis),
      role: rows.every(({ role }) => role === "reference") ? "reference" : "variant",
      cell: {},
      cells: labels.flatMap((other): ReadonlyArray<Cell> => {
        // a row outside of the grid, such as the base model, says the same under every heading
        const row = rows.find((one) => !(axis in one.cell) || acrossOf(one, axis) === other)
        return table.columns.map((column, i) => ({
          ...row?.cells[i],
          metric: `${column.title} (${other})`
        }))
      })
    }))
  }
}
