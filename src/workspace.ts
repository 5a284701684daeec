/** The public API of Assay for programs that run studies and read what came of them. */
export { Plan } from "./pipeline/index.ts"
export type { Event } from "./pipeline/run/Progress.ts"
export type { RunResult } from "./pipeline/run/Runner.ts"
export { between, type Place } from "./report/table/between.ts"
export { corrected } from "./report/table/differences.ts"
export * as Table from "./report/table/Table.ts"
export { formats } from "./report/table/formats.ts"
export * from "./workspace/index.ts"
