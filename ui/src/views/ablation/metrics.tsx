/** Which metrics are columns: those that the study names, or any that were measured. */
import { Fold } from "../../parts/fold.tsx"
import type { Answer } from "../../shell/ask.ts"
import { change, paramAll } from "../../shell/route.ts"

type Ablation = Answer<"/api/ablation">

/** The metrics by the evaluation that they are of. */
const byScope = ({ metrics }: Ablation) =>
  [...Map.groupBy(metrics, ({ metric }) => metric.includes("/") ? metric.slice(0, metric.indexOf("/")) : "")]

export const Metrics = ({ table }: { readonly table: Ablation }) => {
  // those that the URL names, although the table may still be the one before
  const named = paramAll("metrics")
  const shown = named.length > 0 ? named : table.columns.map(({ metric }) => metric)
  const isLast = (metric: string) => shown.length === 1 && shown[0] === metric // an address that names none shows those of the study
  const toggle = (metric: string) =>
    change({ metrics: shown.includes(metric) ? shown.filter((one) => one !== metric) : [...shown, metric] })
  return (
    <Fold name="metrics" class="metrics" title={`Metrics (${shown.length} of ${table.metrics.length})`}>
      <div class="choices panel">
        {byScope(table).map(([scope, metrics]) => (
          <fieldset key={scope}>
            <legend>{scope}</legend>
            {metrics.map(({ metric, unit }) => (
              <label key={metric}>
                <input type="checkbox" checked={shown.includes(metric)} disabled={isLast(metric)} onChange={() => toggle(metric)} /> {metric.slice(scope.length + 1)}{" "}
                <span class="muted">{unit}</span>
              </label>
            ))}
          </fieldset>
        ))}
        {named.length > 0 && (
          <button type="button" onClick={() => change({ metrics: undefined })}>Those of the study</button>
        )}
      </div>
    </Fold>
  )
}
