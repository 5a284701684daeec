/** The public API of Assay: what a study file imports. */
export * as Data from "./data/Data.ts"
export * as Evaluate from "./evaluate/index.ts"
export * as Filter from "./data/Filter.ts"
export * as Policy from "./policy/index.ts"
export * as Prompt from "./prompt/index.ts"
export * as Reward from "./reward/index.ts"
export * as Update from "./update/index.ts"
export { Experiment, Grid, Pipeline, Random, Stage } from "./pipeline/index.ts"
