/** Aligned columns. */
import { visible } from "../report/visible.ts"
import { padEnd, padStart, width } from "../report/width.ts"

/** Rows of texts as aligned columns, two spaces apart; columns whose index is in `right` are flush right. */
export const grid = (texts: ReadonlyArray<ReadonlyArray<string>>, right: ReadonlyArray<number> = []): string => {
  const rows = texts.map((row) => row.map(visible))
  const widths: Array<number> = []
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, width(cell)))
  return rows
    .map((row) =>
      row.map((cell, i) => right.includes(i) ? padStart(cell, widths[i]!) : padEnd(cell, widths[i]!)).join("  ")
        .trimEnd()
    )
    .join("\n")
}
