/** Columns of an answer, and what a plot can make of them. */
import type { Answer } from "../../shell/ask.ts"

export type SqlAnswer = Answer<"/api/sql">

/** Whether a column has numbers and nothing else, nulls apart. */
export const isNumeric = ({ rows }: SqlAnswer, column: number): boolean =>
  rows.some((row) => row[column] !== null) && rows.every((row) => row[column] === null || typeof row[column] === "number")

/** Names by which columns are told apart in the URL: the second of a name has a number. */
export const keysOf = ({ columns }: SqlAnswer): ReadonlyArray<string> =>
  columns.map((name, i) => {
    const before = columns.slice(0, i).filter((other) => other === name).length
    return before === 0 ? name : `${name}:${before}`
  })

/** Lines over the values of one column: of another one, one line for each value of a third. */
export interface Lines {
  /** Ascending; for words, their places. */
  readonly x: ReadonlyArray<number>
  /** What stands at each x, where these are words. */
  readonly words: ReadonlyArray<string> | undefined
  readonly lines: ReadonlyArray<{ readonly name: string; readonly values: ReadonlyArray<number | null> }>
}

/** Lines beyond it are more than anybody tells apart. */
export const mostLines = 24

/** Where several rows fall on one point, the last of them is drawn. */
export const linesOf = ({ rows }: SqlAnswer, x: number, y: number, by: number | undefined, numeric: boolean): Lines => {
  const words = numeric ? undefined : [...new Set(rows.map((row) => String(row[x])))]
  const at = (row: SqlAnswer["rows"][number]): number | null => {
    if (words !== undefined) return words.indexOf(String(row[x]))
    return row[x] as number | null
  }
  const places = [...new Set(rows.map(at))].filter((place) => place !== null).toSorted((a, b) => a - b)
  const index = new Map(places.map((place, i) => [place, i]))
  const lines = new Map<string, Array<number | null>>()
  for (const row of rows) {
    const [place, value] = [at(row), row[y]]
    if (place === null || typeof value !== "number") continue
    const name = by === undefined ? "" : String(row[by])
    const line = lines.get(name) ?? new Array<number | null>(places.length).fill(null)
    line[index.get(place)!] = value
    lines.set(name, line)
  }
  return { x: places, words, lines: [...lines].slice(0, mostLines).map(([name, values]) => ({ name, values })) }
}
