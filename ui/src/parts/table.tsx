/** A table that can be sorted by its columns; by which is in the URL. */
import type { ComponentChildren } from "preact"
import { change, param } from "../shell/route.ts"

export interface Column<Row> {
  /** Unique, and what the URL says: `sort=-mAP`. */
  readonly key: string
  readonly title: ComponentChildren
  /** What the title means, where it needs to be said. */
  readonly hint?: string | undefined
  readonly cell: (row: Row) => ComponentChildren
  /** What rows are sorted by; a column without it is not sorted by. Undefined comes last, either way. */
  readonly by?: ((row: Row) => number | string | undefined) | undefined
  /** Numbers stand at the right. */
  readonly number?: boolean | undefined
}

interface Props<Row> {
  readonly caption: string
  readonly columns: ReadonlyArray<Column<Row>>
  readonly rows: ReadonlyArray<Row>
  readonly id: (row: Row) => string
  /** Key of the URL's query that holds the sorting; another one for the second table of a view. */
  readonly sortKey?: string
  /** Class of a row. */
  readonly look?: ((row: Row) => string | undefined) | undefined
}

const compare = (a: number | string | undefined, b: number | string | undefined, down: boolean): number => {
  if (a === b) return 0
  if (a === undefined) return 1
  if (b === undefined) return -1
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true })
  return down ? -order : order
}

/** Rows as the URL wants them: `sort=key` up, `sort=-key` down, else as they came. */
export const sorted = <Row,>(rows: ReadonlyArray<Row>, columns: ReadonlyArray<Column<Row>>, sort: string): ReadonlyArray<Row> => {
  const down = sort.startsWith("-")
  const by = columns.find(({ key }) => key === (down ? sort.slice(1) : sort))?.by
  return by === undefined ? rows : rows.toSorted((a, b) => compare(by(a), by(b), down))
}

/** The next state of a column's sorting: down first for numbers, up first for words, then the other way, then not at all. */
const next = (key: string, sort: string, number: boolean): string | undefined => {
  const [one, other] = number ? [`-${key}`, key] : [key, `-${key}`]
  return sort === one ? other : sort === other ? undefined : one
}

export const Table = <Row,>({ caption, columns, id, look, rows, sortKey = "sort" }: Props<Row>) => {
  const sort = param(sortKey)
  const direction = (key: string) => sort === key ? "ascending" : sort === `-${key}` ? "descending" : undefined
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ by, hint, key, number = false, title }) => (
              <th key={key} scope="col" class={number ? "number" : undefined} aria-sort={direction(key)} title={hint}>
                {by === undefined ? title : (
                  <button type="button" class="sort" onClick={() => change({ [sortKey]: next(key, sort, number) }, { replace: true })}>
                    {title}
                    <span class="arrow" aria-hidden="true">{direction(key) === "ascending" ? "▲" : direction(key) === "descending" ? "▼" : ""}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, columns, sort).map((row) => (
            <tr key={id(row)} class={look?.(row)}>
              {columns.map(({ cell, key, number }, i) =>
                i === 0
                  ? <th key={key} scope="row" class={number ? "number" : undefined}>{cell(row)}</th>
                  : <td key={key} class={number ? "number" : undefined}>{cell(row)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
