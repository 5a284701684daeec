/** What the metrics of a study's table mean: found out, and checked, when it is planned. */
import type { Experiment, Variant } from "../declare/Experiment.ts"
import * as Metric from "../declare/Metric.ts"
import { labels } from "../declare/Paths.ts"
import { InvalidExperiment } from "../Errors.ts"
import { near } from "../near.ts"
import type { TableRecord } from "../run/Records.ts"

/** Every metric that a run of the variant records, under the scope that it has there: its stage's label, or its own. */
export const metricsOf = ({ pipeline }: Pick<Variant, "pipeline">): ReadonlyArray<Metric.Declared> => {
  const called = labels(pipeline.stages)
  return pipeline.stages.flatMap((stage, i) =>
    stage.metrics.map((metric) => ({ ...metric, scope: metric.scope === "" ? called[i]! : metric.scope }))
  )
}

const invalid = (experiment: Experiment, message: string) =>
  new InvalidExperiment({ experiment: experiment.name, message: `${experiment.name}: ${message}` })

/** Two stages of one run that record under one name would hide each other. */
const checkClashes = (experiment: Experiment): void => {
  for (const variant of experiment.variants) {
    const names = metricsOf(variant).map(Metric.fullName)
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice === undefined) continue
    throw invalid(experiment, `two stages of "${variant.name}" record ${twice}. Give one of them another name with \`as\`.`)
  }
}

const list = (names: ReadonlyArray<string>): string => names.map((name) => `"${name}"`).join(", ")

/** What a metric of the study means. Throws `InvalidExperiment`, naming the place `where` it is asked for and the candidates. */
export const metricCalled = (experiment: Experiment, title: string, where: string): TableRecord["metrics"][number] => {
  const all = [...new Map(experiment.variants.flatMap(metricsOf).map((metric) => [Metric.fullName(metric), metric])).values()]
  const names = all.map(Metric.fullName)
  const [found, ...others] = Metric.meant(title, all)
  if (found === undefined) {
    const close = near(title, [...names, ...all.map(({ name }) => name)])
    const hint = close.length > 0 ? `Did you mean ${list([...new Set(close)])}?` : `There are ${list(names)}.`
    throw invalid(experiment, `${where} names "${title}", which no stage declares. ${hint}`)
  }
  if (others.length > 0) {
    const candidates = list([found, ...others].map(Metric.fullName))
    throw invalid(experiment, `${where} names "${title}", which may be ${candidates}. Give the whole name.`)
  }
  return { title, scope: found.scope, name: found.name }
}

/**
 * How the experiment's table is printed. Throws `InvalidExperiment` for a metric that no variant records or that may be
 * several, with the candidates, and for rows that are no axis.
 */
export const tableRecord = (experiment: Experiment): TableRecord => {
  checkClashes(experiment)
  const { metrics, published = {}, rows } = experiment.table
  if (rows !== undefined && !(rows in experiment.axes)) {
    const known = Object.keys(experiment.axes).join(", ") || "none"
    throw invalid(experiment, `table.rows is "${rows}", which is no axis; the axes are: ${known}.`)
  }
  return {
    ...(rows === undefined ? {} : { rows }),
    published,
    metrics: metrics.map((title) => metricCalled(experiment, title, "table.metrics")),
    ...(experiment.until === undefined ? {} : { looks: experiment.until.looks.length })
  }
}
