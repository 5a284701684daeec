/** Grids of more than one axis as a table: one axis down, the others across. */
import type { Cell, Column, Row, Table } from "./Table.ts"

const labelOf = (row: Row, axis: string): string => row.cell[axis] ?? row.variant

/** Labels of the axes that go across, in the order in which rows come. */
const acrossOf = (row: Row, axis: string): string =>
  Object.entries(row.cell).filter(([name]) => name !== axis).map(([, label]) => label).join(", ")

/**
 * The table with the labels of its row axis as rows and, for every combination of the other axes, its metrics as columns.
 * A table whose rows are called by nothing, or whose row axis is the only one, stays as it is.
 */
export const pivot = (table: Table): Table => {
  const axis = table.rowTitle
  const inGrid = table.rows.filter((row) => axis in row.cell)
  const across = [...new Set(inGrid.map((row) => acrossOf(row, axis)))].filter((label) => label !== "")
  if (across.length === 0) return table
  const columns = across.flatMap((label) =>
    table.columns.map((column): Column => ({ ...column, title: `${column.title} (${label})` }))
  )
  const groups = Map.groupBy(table.rows, (row) => labelOf(row, axis))
  return {
    ...table,
    columns,
    rows: [...groups].map(([label, rows]): Row => ({
      variant: label,
      role: rows.every(({ role }) => role === "reference") ? "reference" : "variant",
      cell: {},
      cells: across.flatMap((other): ReadonlyArray<Cell> => {
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
