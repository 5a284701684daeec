/** Intervals of the rows for one metric: means, or differences to the baseline or reference, with the published figures. */
import { looks } from "../../../../src/report/figures/palette.ts"
import { beyond, reach } from "../../../../src/report/figures/reach.ts"
import { signed, withInterval } from "../../../../src/report/table/numbers.ts"
import type { Answer } from "../../shell/ask.ts"
import { change, param } from "../../shell/route.ts"
import { dark } from "../../shell/theme.ts"
import { niceTicks } from "./ticks.ts"

type Ablation = Answer<"/api/ablation">
type Row = Ablation["rows"][number]

/** What is drawn of a row: undefined where nothing is known. */
interface Interval {
  readonly row: Row
  readonly middle: number | undefined
  readonly half: number
  readonly published: number | undefined
}

const kinds = { mean: "means", baseline: "differences to", reference: "differences to" } as const
type Kind = keyof typeof kinds

const intervalOf = (row: Row, column: number, kind: Kind): Interval => {
  const { measured, published, toBaseline, toReference } = row.cells[column]!
  if (kind === "mean") return { row, middle: measured?.mean, half: measured?.ci95 ?? 0, published: published ?? undefined }
  const difference = kind === "baseline" ? toBaseline : toReference
  return { row, middle: difference?.delta, half: difference?.ci95 ?? 0, published: undefined }
}

/** Heights and widths in the units of the picture, which is as wide as its place. */
const [width, names, line, foot, edge] = [460, 186, 30, 26, 12]

/** Marks of a published figure: at its place, or at the end of the axis on whose side it lies. */
const shapes = {
  on: (x: number, y: number) => `${x} ${y - 5}l5 5l-5 5l-5 -5`,
  left: (_: number, y: number) => `${names + 2} ${y}l8 -5l0 10`,
  right: (_: number, y: number) => `${width - 2} ${y}l-8 -5l0 10`
}

const short = (name: string): string => name.length > 28 ? `${name.slice(0, 27)}…` : name

const Picture = ({ digits, intervals, kind, table, title }: {
  readonly intervals: ReadonlyArray<Interval>
  readonly table: Ablation
  readonly kind: Kind
  readonly digits: number
  readonly title: string
}) => {
  const ends = intervals.flatMap(({ half, middle }) => middle === undefined ? [] : [middle - half, middle + half])
  const figures = intervals.flatMap(({ published }) => published ?? [])
  const reached = reach(ends.length === 0 || kind === "mean" ? ends : [...ends, 0], figures)
  if (reached === undefined) return <p class="muted">Nothing to draw yet.</p>
  const ticks = niceTicks(...reached, 5)
  const [low, high] = [ticks.values[0]!, ticks.values.at(-1)!]
  const x = (value: number) => names + edge + ((value - low) / (high - low)) * (width - names - 2 * edge)
  const height = intervals.length * line + foot
  const colours = looks(table.rows)
  const colourOf = (variant: string) => colours.get(variant)![dark.value ? "dark" : "light"]
  const print = (value: number) => kind === "mean" ? value.toFixed(digits) : signed(value, digits)
  return (
    <svg class="intervals" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}, ${kinds[kind]} with 95 % intervals; the table has the numbers`}>
      {ticks.values.map((tick) => (
        <g key={tick}>
          <line class={tick === 0 && kind !== "mean" ? "zero" : "grid"} x1={x(tick)} x2={x(tick)} y1={0} y2={height - foot} />
          <text class="tick" x={x(tick)} y={height - 8} text-anchor="middle">{tick.toFixed(ticks.digits)}</text>
        </g>
      ))}
      {intervals.map(({ half, middle, published, row: { variant } }, i) => {
        const y = i * line + line / 2
        return (
          <g key={variant} data-row={variant}>
            <text class="name" x={names} y={y + 4} text-anchor="end">{short(variant)}</text>
            {middle !== undefined && (
              <g stroke={colourOf(variant)} fill={colourOf(variant)}>
                <title>{`${variant}: ${withInterval(print(middle), half === 0 ? null : half, digits)}`}</title>
                <line class="interval" x1={x(middle - half)} x2={x(middle + half)} y1={y} y2={y} />
                <circle cx={x(middle)} cy={y} r={4.5} />
              </g>
            )}
            {published !== undefined && (
              <path class="published" d={`M${shapes[beyond(published, [low, high]) ?? "on"](x(published), y)}z`}>
                <title>{`${variant}: published ${published}`}</title>
              </path>
            )}
          </g>
        )
      })}
    </svg>
  )
}

/** The column whose metric the URL's `plot` names, else the first. */
export const plotted = (table: Ablation): number => Math.max(0, table.columns.findIndex(({ metric }) => metric === param("plot")))

/** The plot of that metric; `of` in the URL says of what. */
export const Plot = ({ rows, table }: { readonly table: Ablation; readonly rows: ReadonlyArray<Row> }) => {
  const column = plotted(table)
  const { digits, metric, title, unit } = table.columns[column]!
  const others = { baseline: table.baseline, reference: table.reference }
  const kind: Kind = param("of") === "baseline" && table.baseline !== null
    ? "baseline"
    : param("of") === "reference" && table.reference !== null
    ? "reference"
    : "mean"
  const intervals = rows.map((row) => intervalOf(row, column, kind)).filter(({ middle, published }) => kind === "mean" || middle !== undefined || published !== undefined)
  return (
    <figure class="plot">
      <figcaption class="row">
        <label>
          <span class="hidden">Metric of the plot</span>
          <select value={metric} onChange={(event) => change({ plot: event.currentTarget.value })}>
            {table.columns.map((one) => <option key={one.metric} value={one.metric}>{one.title}{one.unit === "" ? "" : ` (${one.unit})`}</option>)}
          </select>
        </label>
        <label>
          <span class="hidden">What of it</span>
          <select value={kind} onChange={(event) => change({ of: event.currentTarget.value === "mean" ? undefined : event.currentTarget.value })}>
            <option value="mean">means, 95 % intervals</option>
            {(["baseline", "reference"] as const).filter((role) => others[role] !== null).map((role) => (
              <option key={role} value={role}>differences to {others[role]}</option>
            ))}
          </select>
        </label>
      </figcaption>
      <Picture intervals={intervals} table={table} kind={kind} digits={digits} title={`${title}${unit === "" ? "" : `, ${unit}`}`} />
      {kind === "mean" && intervals.some(({ published }) => published !== undefined) && <p class="muted">◇ published; ◁ ▷ beyond the axis</p>}
    </figure>
  )
}
