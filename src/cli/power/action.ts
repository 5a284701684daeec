/** Prints how many seeds a difference needs, row by row. */
import * as Effect from "effect/Effect"
import * as Metric from "../../pipeline/declare/Metric.ts"
import { level, mostPairs, power as share } from "../../report/comparisons.ts"
import { power as powerOf } from "../../report/power.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { invalid } from "../failure.ts"
import { grid } from "../grid.ts"
import { metricCalled } from "../metricCalled.ts"
import { print, printJson } from "../output.ts"
import { visible } from "../../report/visible.ts"

interface Options {
  readonly experiment: string
  readonly metric: string
  readonly difference: number
  readonly db: string
  readonly json: boolean
}

const short = (value: number | null): string => value === null ? "-" : String(Number(value.toPrecision(3)))

export const power = Effect.fn("power")(function*({ db, difference, experiment, json, metric }: Options) {
  const source = yield* Workspace.tableSource(Workspace.at(db), experiment)
  const found = yield* metricCalled(metric, source.ablation)
  const rows = powerOf(source, found, difference)
  if (rows.every(({ sd }) => sd === null)) {
    return yield* invalid(
      `No row of ${experiment} has two seeds in common with another for ${Metric.fullName(found)}, so nothing is known of the ` +
        "spread of their differences. Run it with a baseline and at least 2 seeds first."
    )
  }
  if (json) {
    const { name, scope, unit } = found
    return yield* printJson({ experiment, metric: { scope, name, unit }, difference, level, power: share, rows })
  }
  const unit = found.unit === "" ? "" : ` (${found.unit})`
  const fewestSeen = Math.min(...rows.map(({ n }) => n))
  yield* print([
    visible(`${experiment}: seeds to find a difference of ${difference} in ${Metric.fullName(found)}${unit}, two-sided, 5 %, in 80 of 100 repetitions`),
    "",
    grid([
      ["row", "to", "pairs seen", "their spread", "could show", "seeds needed"],
      ...rows.map(({ detectable, n, sd, seeds, to, variant }) => [
        variant,
        to,
        String(n),
        short(sd),
        short(detectable),
        detectable !== null && seeds === null ? `more than ${mostPairs}` : short(seeds)
      ])
    ], [2, 3, 4, 5]),
    "",
    ...(rows.some(({ detectable, sd }) => sd !== null && detectable === null)
      ? ["Where all pairs differ by the same, there is no spread to reckon with."]
      : []),
    `Spreads of few pairs are rough${fewestSeen < 6 ? `, and here are some of ${fewestSeen}` : ""}: ask again when more seeds are in.`
  ].join("\n"))
})
