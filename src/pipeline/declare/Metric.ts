/** Metrics: the numbers that a stage records, declared before anything is measured. */

/** A number that a stage records. */
export interface Metric {
  readonly name: string
  /** "%" for percentages, "share" for fractions in [0, 1], "count", or a unit such as "tokens" or "nats". */
  readonly unit: string
  readonly better: "higher" | "lower" | "neither"
  /** What it counts or averages over, in the singular: image, completion, token, step. */
  readonly of: string
}

/**
 * A metric and the evaluation that it belongs to, for one nested in a training loop; `scope` is empty for the stage's
 * own metrics, which go by the label that the stage has in its run.
 */
export interface Declared extends Metric {
  readonly scope: string
}

/** Constructor of a declaration: `Metric.make("mAP", "%", "higher", "image")`. */
export const make = (name: string, unit: string, better: Metric["better"], of: string): Metric => ({
  name,
  unit,
  better,
  of
})

/** The metric by which an evaluation says on how many examples its others rest. */
export const sizeName = "evaluationSize"

/** How a metric is called in a table, in `keep` and in the views of runs.db. */
export const fullName = ({ name, scope }: { readonly scope: string; readonly name: string }): string =>
  scope === "" ? name : `${scope}/${name}`

/** The metrics that a name may mean: those whose full name it is, or else those whose bare name it is. */
export const meant = <M extends { readonly scope: string; readonly name: string }>(
  wanted: string,
  all: ReadonlyArray<M>
): ReadonlyArray<M> => {
  const exact = all.filter((metric) => fullName(metric) === wanted)
  return exact.length > 0 ? exact : all.filter((metric) => metric.name === wanted)
}
