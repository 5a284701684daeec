/** The study's training loop under one reward, without its evaluation: `assay run` is given this file. */
import study from "../../pipelines/reward-comparison.ts"

const reward = "weighted_sum"

export default {
  ...study,
  name: "bench-step",
  table: { ...study.table, metrics: [] },
  variants: study.variants
    .filter(({ cell }) => cell["reward"] === reward)
    .map((variant) => ({ ...variant, pipeline: { ...variant.pipeline, stages: variant.pipeline.stages.slice(0, -1) } }))
}
