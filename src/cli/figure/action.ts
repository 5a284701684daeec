/** Draws a figure of an experiment into a file, and prints its path. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Metric from "../../pipeline/declare/Metric.ts"
import { widths } from "../../report/figures/canvas.ts"
import { curveFigure } from "../../report/figures/curves.ts"
import { type Draw, formats } from "../../report/figures/formats.ts"
import { intervalFigure } from "../../report/figures/intervals.ts"
import { curves, intervals, measured, parts, withUnit } from "../../report/figures/ofTable.ts"
import { paretoFigure } from "../../report/figures/pareto.ts"
import { partsFigure } from "../../report/figures/parts.ts"
import { folderName } from "../../report/figures/pictures.ts"
import * as Table from "../../report/table/Table.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { type Failure, invalid, usage } from "../failure.ts"
import { metricCalled } from "../metricCalled.ts"
import { print } from "../output.ts"
import { saveFile } from "../saveFile.ts"

interface Options {
  readonly experiment: string
  readonly kind: "curve" | "interval" | "pareto" | "parts"
  readonly format: keyof typeof formats
  readonly metric: ReadonlyArray<string>
  readonly width: keyof typeof widths
  readonly out: Option.Option<string>
  readonly db: string
}

interface Given {
  readonly workspace: Workspace.Workspace
  readonly source: Table.Source
  readonly table: Table.Table
  readonly metric: ReadonlyArray<string>
}

const noSteps = (experiment: string, what: string): Failure =>
  invalid(`${experiment} has no ${what} over several steps yet, so there are no curves. \`--kind interval\` shows results.`)

const tooMany = (kind: string, most: string): Failure => usage(`--kind ${kind} takes ${most}.`)

/** Curves may be of runs that are not finished, so the metric is looked for among their steps as well. */
const curve = Effect.fnUntraced(function*({ metric: [wanted = "reward", ...others], source, table, workspace }: Given) {
  if (others.length > 0) return yield* tooMany("curve", "one --metric")
  const rows = yield* Workspace.learningCurve(workspace, source.name, wanted.slice(wanted.lastIndexOf("/") + 1))
  const all = rows.filter(({ scope, stage }) => wanted !== "reward" || scope === stage)
  const inSteps = all.filter(({ step }) => step > 0)
  // what was measured once has no curve, which is another thing than that there is no such metric
  const inCurves = Metric.meant(wanted, inSteps).length > 0
  const found = yield* metricCalled(wanted, inCurves ? inSteps : [...inSteps, ...source.ablation])
  const own = all.filter(({ name, scope }) => scope === found.scope && name === found.name)
  const drawn = curves(table, withUnit(wanted, found.unit), own)
  if (drawn === undefined) return yield* noSteps(source.name, Metric.fullName(found))
  return (canvas) => curveFigure(canvas, drawn)
}) satisfies (given: Given) => Effect.Effect<Draw, unknown>

const interval = Effect.fnUntraced(function*({ metric, source, table, workspace }: Given) {
  const finals = yield* Workspace.finals(workspace, source.name)
  const wanted = metric.length === 0 ? table.columns : yield* Effect.forEach(metric, (name) => metricCalled(name, source.ablation))
  const drawn = intervals(source, table, finals, wanted)
  if (drawn.metrics.length === 0) return yield* invalid(`Nothing of ${source.name} is measured yet. Run it first.`)
  return (canvas) => intervalFigure(canvas, drawn)
}) satisfies (given: Given) => Effect.Effect<Draw, unknown>

const pareto = Effect.fnUntraced(function*({ metric, source, table, workspace }: Given) {
  const chosen = metric.length > 0 ? metric : table.columns.slice(0, 2).toReversed().map(Metric.fullName)
  const [x, y, ...others] = yield* Effect.forEach(chosen, (name) => metricCalled(name, source.ablation))
  if (x === undefined || y === undefined || others.length > 0) return yield* tooMany("pareto", "two --metric: the first goes across, the second up")
  const finals = yield* Workspace.finals(workspace, source.name)
  const [across, up] = [measured(source, table, finals, x), measured(source, table, finals, y)]
  return (canvas) => paretoFigure(canvas, { experiment: source.name, x: across, y: up })
}) satisfies (given: Given) => Effect.Effect<Draw, unknown>

const rewardParts = Effect.fnUntraced(function*({ metric, source, table, workspace }: Given) {
  if (metric.length > 0) return yield* tooMany("parts", "no --metric: it shows every part")
  const drawn = parts(table, yield* Workspace.rewardParts(workspace, source.name))
  if (drawn === undefined) return yield* noSteps(source.name, "parts of a reward")
  return (canvas) => partsFigure(canvas, drawn)
}) satisfies (given: Given) => Effect.Effect<Draw, unknown>

const draws = { curve, interval, pareto, parts: rewardParts } as const satisfies { readonly [kind in Options["kind"]]: unknown }

export const figure = Effect.fn("figure")(function*({ db, experiment, format, kind, metric, out, width }: Options) {
  const workspace = Workspace.at(db)
  const source = yield* Workspace.tableSource(workspace, experiment)
  const draw: Draw = yield* draws[kind]({ workspace, source, table: Table.make(source), metric })
  const file = Option.getOrElse(out, () => `${folderName(experiment)}-${kind}.${format}`)
  const bytes = yield* Effect.promise(() => formats[format](widths[width], draw, `${experiment}: ${kind}`))
  yield* saveFile(file, bytes)
  yield* print(file)
})
