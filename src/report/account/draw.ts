/** The figures of a report: those of its kinds that the experiment has anything for. */
import { curveFigure } from "../figures/curves.ts"
import type { Draw } from "../figures/formats.ts"
import { intervalFigure } from "../figures/intervals.ts"
import { curves, intervals, parts, withUnit } from "../figures/ofTable.ts"
import { partsFigure } from "../figures/parts.ts"
import type { Chapter } from "./account.ts"

export interface ReportFigure {
  /** For a file's name. */
  readonly name: string
  readonly title: string
  readonly draw: Draw
}

export const resultFigures = ({ account: { finals, source }, table }: Chapter): ReadonlyArray<ReportFigure> => {
  const found = intervals(source, table, finals, table.columns)
  return found.metrics.length === 0
    ? []
    : [{ name: "intervals", title: "Every row with its 95 % interval", draw: (canvas) => intervalFigure(canvas, found) }]
}

export const curveFigures = ({ account, table }: Chapter): ReadonlyArray<ReportFigure> =>
  account.curves.flatMap((rows) => {
    const own = rows.filter(({ scope, stage }) => scope === stage)
    const [first] = own
    const found = first && curves(table, withUnit(first.name, first.unit), own)
    return found === undefined
      ? []
      : [{ name: `curve-${first!.name}`, title: `${first!.name} while training`, draw: (canvas) => curveFigure(canvas, found) } satisfies ReportFigure]
  })

export const partFigures = ({ account, table }: Chapter): ReadonlyArray<ReportFigure> => {
  const found = parts(table, account.parts)
  return found === undefined
    ? []
    : [{ name: "parts", title: "Every part of the reward while training", draw: (canvas) => partsFigure(canvas, found) }]
}
