/** Prints differences of runs with their intervals over images. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Metric from "../../pipeline/declare/Metric.ts"
import { pairedBootstrap } from "../../report/bootstrap.ts"
import { signed } from "../../report/table/numbers.ts"
import * as Workspace from "../../workspace/index.ts"
import { invalid } from "../failure.ts"
import { grid } from "../grid.ts"
import { metricCalled } from "../metricCalled.ts"
import { print, printJson } from "../output.ts"
import { visible } from "../../report/visible.ts"
import { notes, pairing } from "./pairing.ts"

interface Options {
  readonly experiment: string
  readonly metric: string
  readonly resamples: number
  readonly file: Option.Option<string>
  readonly db: string
  readonly json: boolean
}

export const bootstrap = Effect.fn("bootstrap")(function*({ db, experiment, file, json, metric, resamples }: Options) {
  const workspace = Workspace.at(db)
  const source = yield* Workspace.tableSource(workspace, experiment)
  const found = yield* metricCalled(metric, source.ablation)
  const all = yield* Workspace.answers(workspace, experiment, found.scope, Option.getOrUndefined(file))
  const { left, pairs } = pairing(all)
  if (pairs.length === 0) {
    return yield* invalid(`No two runs of ${experiment} answered the same questions of ${found.scope} under one seed, so nothing can be paired.`)
  }
  const rows = pairs.map(([one, other]) => ({
    variant: one.variant,
    to: other.variant,
    seed: one.seed,
    examples: one.examples.length,
    ...pairedBootstrap(
      one.examples.length,
      (places) => (one.measure(places).get(found.name) ?? NaN) - (other.measure(places).get(found.name) ?? NaN),
      resamples
    )
  }))
  if (rows.every(({ delta }) => Number.isNaN(delta))) {
    return yield* invalid(`${Metric.fullName(found)} is no metric of a task, so it cannot be measured on some of the examples.`)
  }
  if (json) return yield* printJson({ experiment, metric: { scope: found.scope, name: found.name, unit: found.unit }, rows, left })
  yield* print([
    visible(`${experiment}: differences in ${Metric.fullName(found)} with their 95 % intervals over images, ${resamples} resamples`),
    "",
    grid([
      ["row", "to", "seed", "images", "difference", "from", "to"],
      ...rows.map(({ delta, examples, high, low, seed, to, variant }) =>
        [variant, to, String(seed), String(examples), ...[delta, low, high].map((value) => signed(value, 2))])
    ], [2, 3, 4, 5, 6]),
    "",
    ...notes(left, rows, resamples).map(visible),
    "These say how differences would vary over other images, and nothing of other seeds."
  ].join("\n"))
})
