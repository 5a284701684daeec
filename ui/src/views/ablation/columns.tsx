/** The columns of the table: the row, n, and for each metric its mean with the differences and the published figure below it. */
import { bracketed, signed, withInterval } from "../../../../src/report/table/numbers.ts"
import type { Column } from "../../parts/table.tsx"
import type { Answer } from "../../shell/ask.ts"
import { href } from "../../shell/route.ts"

type Ablation = Answer<"/api/ablation">
type MetricColumn = Ablation["columns"][number]
type Row = Ablation["rows"][number]
type Cell = Row["cells"][number]
type Difference = NonNullable<Cell["toBaseline"]>

const better = { higher: "higher is better", lower: "lower is better", neither: "neither way is better" } as const

const named = (n: ReadonlyArray<number>): string => [...new Set(n)].join("/") || "0"

/** Behind a difference: what its mark means, in words, for whoever points at it or has it read. */
const said = ({ bare, holm, n, p, separated, wins }: Difference): string => {
  const judged = separated
    ? "separated, also after the correction for many comparisons"
    : bare
    ? "only its bare 95 % interval leaves zero out"
    : "not separated"
  const chances = p === null ? "" : `; p ${p.toPrecision(2)}${holm === null ? "" : `, corrected ${holm.toPrecision(2)}`}`
  return `${judged}; above in ${wins} of ${n} pairs${chances}`
}

/** What can stand below a mean, in its order. */
const below = {
  toBaseline: ({ baseline }: Ablation) => `to ${baseline}`,
  toReference: ({ reference }: Ablation) => `to ${reference}`,
  published: () => "published"
} as const

type Line = keyof typeof below

/** The lines that any cell of a row has: they are the same in all its cells, so that they stand beside each other. */
const linesOf = ({ cells }: Row): ReadonlyArray<Line> =>
  (Object.keys(below) as ReadonlyArray<Line>).filter((line) => cells.some((cell) => cell[line] !== null))

/** Whether a difference is one to the better, where its metric has a better. */
const tone = ({ delta }: Difference, better: MetricColumn["better"]): string =>
  better === "neither" ? "" : (delta > 0) === (better === "higher") ? "good" : "bad"

const DifferenceLine = ({ column: { better, digits }, of }: { readonly of: Difference; readonly column: MetricColumn }) => (
  <div class="line" title={said(of)}>
    <span class={of.separated ? `separated ${tone(of, better)}` : undefined}>
      {withInterval(signed(of.delta, digits), of.ci95, digits)}
      {of.separated ? " *" : of.bare ? " °" : ""}
    </span>
    <span class="muted">{bracketed(of, digits)}</span>
    <span class="hidden">, {said(of)}</span>
  </div>
)

const LineOf = ({ cell, column, line }: { readonly cell: Cell; readonly line: Line; readonly column: MetricColumn }) => {
  if (line === "published") return <div class="line muted">{cell.published ?? ""}</div>
  const difference = cell[line]
  return difference === null ? <div class="line" /> : <DifferenceLine of={difference} column={column} />
}

const Mean = ({ cell: { measured }, digits }: { readonly cell: Cell; readonly digits: number }) =>
  measured === null ? <>–</> : <>{withInterval(measured.mean.toFixed(digits), measured.ci95, digits)}</>

/** Of a table, in its order; their keys are what the URL sorts by. */
export const columnsOf = (table: Ablation): ReadonlyArray<Column<Row>> => [
  {
    key: "row",
    title: table.rowTitle,
    by: ({ variant }) => variant,
    cell: (row) => (
      <>
        <div class="rowname" title={row.variant}>
          <a href={href("runs", { experiment: table.experiment, variant: row.variant })}>{row.variant}</a>
          {row.role !== "variant" && <span class="muted plain"> ({row.role})</span>}
        </div>
        {linesOf(row).map((line) => <div key={line} class="line muted plain">{below[line](table)}</div>)}
        {row.missing > 0 && <div class="line muted plain">{row.missing} {row.missing === 1 ? "run" : "runs"} to come</div>}
      </>
    )
  },
  {
    key: "n",
    title: "n",
    number: true,
    hint: "Independent runs behind the row",
    by: ({ cells }) => Math.max(0, ...cells.map(({ measured }) => measured?.n ?? 0)),
    cell: ({ cells }) => named(cells.flatMap(({ measured }) => measured?.n ?? []))
  },
  ...table.columns.map((column, i): Column<Row> => ({
    key: column.metric,
    title: <>{column.title}{column.unit !== "" && <span class="muted plain"> {column.unit}</span>}</>,
    hint: `${column.metric}; ${better[column.better]}`,
    number: true,
    by: ({ cells }) => cells[i]!.measured?.mean,
    cell: (row) => (
      <>
        <a class="mean" href={href("samples", { experiment: table.experiment, variant: row.variant, metric: column.metric })} title="Its samples">
          <Mean cell={row.cells[i]!} digits={column.digits} />
        </a>
        {linesOf(row).map((line) => <LineOf key={line} cell={row.cells[i]!} line={line} column={column} />)}
      </>
    )
  }))
]
