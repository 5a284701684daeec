/** The public API of Assay for tests of studies and stages: an engine that keeps everything in memory. */
export { layer, Memory, type MemoryRun, type MemoryStage } from "./testing/memory.ts"
export { type Options, planStudy, runStudy } from "./testing/runStudy.ts"
export { type Recorded, recorded, recording, spool } from "./testing/services.ts"
