/** runs.db: the journal that studies write, and what is read out of it. */
export { type Handle, openForReading } from "./Database.ts"
export { collect as environment } from "./environment.ts"
export { layer, workingLayer } from "./journal/layer.ts"
export type { Options } from "./journal/options.ts"
export { type Entry, type Level, logWriter } from "./journal/log.ts"
export { log, logFrom, type LogEntry } from "./read/log.ts"
export { pack, type Packed } from "./move/pack.ts"
export { checkPack, unpack, type Unpacked } from "./move/unpack.ts"
export { deathWatch, type Seen } from "./journal/deathWatch.ts"
export * as Objects from "./Objects.ts"
export * as Between from "./move/Between.ts"
export { Transfer } from "./move/transfer.ts"
export { removeExperiment, removeUnused, unused } from "./remove.ts"
export type { Unused } from "./unused.ts"
export { type CurveKind, curveKinds, type CurveLine, curveLines, type CurveName, type CurvePoint, curvePoints } from "./read/curves.ts"
export { experiment, experiments } from "./read/experiments.ts"
export { type Overview, overview } from "./read/overview.ts"
export {
  type ListedSample,
  listedSamples,
  runsOfExecution,
  sampleImage,
  type StoredBox,
  type StoredReward,
  type WholeSample,
  wholeSample
} from "./read/browse/one.ts"
export { type Cursor, type Filter, most as mostSamples, type Order, type Paging, type Range, samplePage } from "./read/browse/pages.ts"
export { mostPaired, type PairOrder, type PairsAsked, sameExample, samplePairs, type SampleStep, sampleSteps } from "./read/browse/pairs.ts"
export { type Extent, samplePlaces, type StagePlace, stagesIn } from "./read/browse/places.ts"
export { progress, type RunProgress, type StageProgress } from "./read/progress.ts"
export { realFile } from "./realFile.ts"
export { countRuns, preimages, run, type RunMetric, runNumbers, runs } from "./read/runs.ts"
export { type RunRow, runTable } from "./read/runTable.ts"
export { type Options as SampleOptions, samples } from "./read/samples.ts"
export { type Answer, type Beginning, beginning, type Most, sql } from "./read/sql.ts"
export {
  type Final,
  finals,
  type Place,
  places,
  type Recorded,
  recorded,
  type RecordedMetric,
  recordedMetrics,
  type RecordedSample,
  recordedSamples,
  recordedSums
} from "./read/recorded.ts"
export { ablation, executions, finalMetrics, gain, learningCurve, missing, paired, rewardParts, runCurves, tokenStatistics } from "./read/tables.ts"
export { acquire as lock, isHeld } from "./runLock.ts"
export { fromCause, type Reason, StoreError } from "./storeError.ts"
export { noteSources } from "./sources.ts"
export type { NotedCode, NotedPolicy, Sources } from "./journal/sources.ts"
export {
  codeBehind,
  knownCode,
  policyBefore,
  recordedStage,
  type StageBefore,
  stagesBefore,
  type StageState,
  stageState,
  type Took,
  tookAnywhere,
  tookInExperiment
} from "./read/why.ts"
