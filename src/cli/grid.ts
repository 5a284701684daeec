import { padEnd, padStart, width } from "../report/width.ts"

/** Rows of texts as aligned columns, two spaces apart; columns named in `right` are flush right. */
export const grid = (rows: ReadonlyArray<ReadonlyArray<string>>, right: ReadonlyArray<number> = []): string => {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, i) => Math.max(0, ...rows.map((row) => width(row[i] ?? ""))))
  return rows
    .map((row) => row.map((cell, i) => right.includes(i) ? padStart(cell, widths[i]!) : padEnd(cell, widths[i]!)).join("  ").trimEnd())
    .join("\n")
}
