/** runs.db: the journal that studies write, and what the command reads out of it. */
export { layer, type Options } from "./SqliteJournal.ts"
export { acquire as lock } from "./RunLock.ts"
export { type Handle, openReadOnly as open } from "./Database.ts"
export { fromCause as explain, type Reason, StoreError } from "./StoreError.ts"
export { collect as environment } from "./Environment.ts"
export * from "./queries.ts"
export { type Options as SampleOptions, samples } from "./samples.ts"
