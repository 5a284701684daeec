/** Whether the curves that stages judge are recorded by stages before them. */
import type { Experiment } from "../declare/Experiment.ts"
import { fullName } from "../declare/Metric.ts"
import { InvalidExperiment } from "../Errors.ts"
import { near } from "../near.ts"

/** Throws `InvalidExperiment`, naming stage and metric, when a stage judges what no stage before it records. */
export const checkJudged = ({ name, variants }: Pick<Experiment, "name" | "variants">): void => {
  for (const { name: variant, pipeline: { stages } } of variants) {
    for (const [position, stage] of stages.entries()) {
      if (stage.judges.length === 0) continue
      const known = stages.slice(0, position).flatMap(({ metrics }) => metrics).map(fullName)
      const missing = stage.judges.find((metric) => !known.includes(metric))
      if (missing === undefined) continue
      const close = near(missing, [...new Set(known)]).map((one) => `"${one}"`).join(", ")
      throw new InvalidExperiment({
        experiment: name,
        message: `${name}, ${variant}: "${stage.label}" judges the curve of "${missing}", which no stage before it records. ` +
          (close === "" ? "Put it behind the loop that does." : `Did you mean ${close}?`)
      })
    }
  }
}
