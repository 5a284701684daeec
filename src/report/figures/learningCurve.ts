/** The picture of how the rewards of an experiment rose. */
import type { Table } from "../table/Table.ts"
import { widths } from "./canvas.ts"
import { curveFigure } from "./curves.ts"
import { screenPng } from "./formats.ts"
import { type AtStage, curves } from "./ofTable.ts"

/** PNG of the rewards of a table's rows while they trained, of rows of the view `learning_curve`; undefined when none of them did. */
export const learningCurve = async (table: Table, rows: ReadonlyArray<AtStage>): Promise<Uint8Array | undefined> => {
  const found = curves(table, "reward", rows.filter(({ scope, stage }) => scope === stage))
  return found === undefined ? undefined : screenPng(widths.page, (canvas) => curveFigure(canvas, found))
}
