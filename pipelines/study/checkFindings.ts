/** Whether studies have the rows and the metrics that findings are held against. */
import { metricsOf } from "../../src/pipeline/plan/tableRecord.ts"
import { fullName } from "../../src/pipeline/declare/Metric.ts"
import type { Place, Study } from "../../src/workspace.ts"
import type { Comparison } from "./claims.ts"

const list = (names: ReadonlyArray<string>): string => names.map((name) => `"${name}"`).join(", ")

const problem = ({ experiment, file }: Study, { metric, row }: Place): string | undefined => {
  const variant = experiment.variants.find(({ name }) => name === row)
  if (variant === undefined) return `${file} has no row "${row}"; there are ${list(experiment.variants.map(({ name }) => name))}.`
  const metrics = metricsOf(variant).map(fullName)
  return metrics.includes(metric) ? undefined : `"${row}" in ${file} records no "${metric}"; there are ${list(metrics)}.`
}

/** What the comparisons name that these studies do not have, one sentence each; empty when all is there. */
export const problems = (comparisons: ReadonlyArray<Comparison>, studies: ReadonlyArray<Study>): ReadonlyArray<string> => {
  const found = comparisons.flatMap(({ first, second, study: name }) => {
    const study = studies.find(({ experiment }) => experiment.name === name)
    if (study === undefined) return [`There is no study "${name}".`]
    return [first, second].flatMap((place) => problem(study, place) ?? [])
  })
  return [...new Set(found)]
}
