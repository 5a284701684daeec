/** The means of one metric where a study has more than one axis: one goes down, the others across. */
import { withInterval } from "../../../../src/report/table/numbers.ts"
import type { Answer } from "../../shell/ask.ts"
import { href } from "../../shell/route.ts"

type Ablation = Answer<"/api/ablation">
type Measured = Ablation["rows"][number]["cells"][number]["measured"]

/** How strongly a mean is coloured: in per cent, from the worst of the grid to the best. */
const tint = (mean: number, means: ReadonlyArray<number>, better: "higher" | "lower" | "neither"): number => {
  const [low, high] = [Math.min(...means), Math.max(...means)]
  if (better === "neither" || high === low) return 0
  const share = (mean - low) / (high - low)
  return Math.round(30 * (better === "higher" ? share : 1 - share))
}

/** `column` is that of the metric. */
export const Grid = ({ column, grid, table }: { readonly table: Ablation; readonly grid: NonNullable<Ablation["grid"]>; readonly column: number }) => {
  const { better, digits, metric, title, unit } = table.columns[column]!
  const measured = new Map(table.rows.map(({ cells, variant }) => [variant, cells[column]!.measured]))
  const of = (variant: string | null): Measured => variant === null ? null : measured.get(variant) ?? null
  const means = grid.rows.flatMap(({ variants }) => variants.flatMap((variant) => of(variant)?.mean ?? []))
  return (
    <div class="scroll by-axes" tabIndex={0} role="group" aria-label="Grid">
      <table>
        <caption>{title}{unit !== "" && ` (${unit})`} by {grid.down} and {grid.across.join(", ")}</caption>
        <thead>
          <tr><th scope="col">{grid.down}</th>{grid.columns.map((name) => <th key={name} scope="col" class="number">{name}</th>)}</tr>
        </thead>
        <tbody>
          {grid.rows.map(({ label, variants }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {variants.map((variant, i) => {
                const found = of(variant)
                return found === null ? <td key={i} class="number muted">–</td> : (
                  <td key={i} class="number" style={{ "--tint": `${tint(found.mean, means, better)}%` }}>
                    <a href={href("samples", { experiment: table.experiment, variant: variant!, metric })} title="Its samples">
                      {withInterval(found.mean.toFixed(digits), found.ci95, digits)}
                    </a>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
