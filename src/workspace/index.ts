/** A folder with its runs.db, objects and lock, as values: what the command prints and a server serves. */
export { at, type Workspace } from "./workspace.ts"
export { checkStudy } from "./checkStudy.ts"
export { exportModel, NoModel, type Options as ExportOptions } from "./exportModel.ts"
export { importModule, loadStudy, type Study, StudyError } from "./loadStudy.ts"
export { type Explained, plan } from "./plan.ts"
export { imageFile, learningCurve, list, NotFound, runById, runs, samples, sql, tableSource } from "./read.ts"
export { StoreError } from "../store/index.ts"
export { type Options as RunOptions, prepare, run } from "./run.ts"
