/** What only looks into a runs.db, moves or removes what is there: commands that do no more start without the rest. */
export { at, type Workspace } from "./workspace.ts"
export { account } from "./account.ts"
export { sample, type SampleGroup, sampleImage, type SampleInRuns, samplePage, samplePairs, samplePlaces, type SampleRun } from "./browse.ts"
export { type CurveMemory, curveMemory } from "./curveMemory.ts"
export { curveKinds, curves } from "./curves.ts"
export { log, logFrom, mostLogged } from "./log/read.ts"
export { metrics } from "./metrics.ts"
export { overview, type Status } from "./overview.ts"
export { pack, type Packed, unpack, type Unpacked } from "./pack.ts"
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
export { removeExperiment, removeUnused, runsOf, unused } from "./remove.ts"
export * as Documentation from "../store/documentation/index.ts"
export { ask, QueryStopped, type Most as MostOfAnswer } from "./query/ask.ts"
export { type RunDifference, runDifference, runTable } from "./runTable.ts"
