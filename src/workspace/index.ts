/** A folder with its runs.db, objects and lock, as values: what the command prints and a server serves. */
export { at, type Workspace } from "./workspace.ts"
export { account } from "./account.ts"
export { sample, type SampleGroup, sampleImage, type SampleInRuns, samplePage, samplePairs, samplePlaces, type SampleRun } from "./browse.ts"
export { checkChanges, checkStudy } from "./checkStudy.ts"
export { type CurveMemory, curveMemory } from "./curveMemory.ts"
export { curveKinds, curves } from "./curves.ts"
export { exportModel, NoModel, type Options as ExportOptions } from "./exportModel.ts"
export { importLogs, type Options as ImportOptions, type Progress as ImportProgress, type Result as Imported } from "./importLogs/importLogs.ts"
export { importModule, loadStudy, type Study, StudyError } from "./loadStudy.ts"
export { modulesOf } from "./modules.ts"
export { log, logFrom, mostLogged } from "./log/read.ts"
export { metrics } from "./metrics.ts"
export { overview, type Status } from "./overview.ts"
export { pack, type Packed, unpack, type Unpacked } from "./pack.ts"
export { type Explained, type Options as PlanOptions, plan } from "./plan.ts"
export { finals, imageFile, learningCurve, list, NotFound, rewardParts, runById, runs, samples, sql, tableSource } from "./read.ts"
export {
  type Cursor,
  type Filter as SampleFilter,
  isHeld,
  type ListedSample,
  mostPaired,
  mostSamples,
  type Order as SampleOrder,
  type PairOrder,
  type PairsAsked,
  type Paging as SamplePaging,
  type Range,
  type SampleStep,
  type StoredBox,
  StoreError
} from "../store/index.ts"
export { NoRerun, rerun } from "./rerun.ts"
export { removeExperiment, removeUnused, runsOf, unused } from "./remove.ts"
export * as Documentation from "../store/documentation/index.ts"
export { ask, QueryStopped, type Most as MostOfAnswer } from "./query/ask.ts"
export { type Options as RunOptions, prepare, type Round, run } from "./run.ts"
export { type RunDifference, runDifference, runTable } from "./runTable.ts"
export { bring, supplies, suppliesOfStudy, type Supply } from "./supplies.ts"
export { codeDifference, type CodeDifference } from "./why/codeDifference.ts"
export { explain, type Explanation } from "./why/explain.ts"
export type { Estimate } from "./why/Estimate.ts"
export { firstCharacter } from "./why/Words.ts"
export { type Answers, answers } from "./verify/answers.ts"
export { type Left, type Mismatch, type Tally, tally } from "./verify/tally.ts"
export { type Verified, verify } from "./verify/verify.ts"
