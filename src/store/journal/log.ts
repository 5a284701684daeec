/** The logs of runs: what happened to them, in words. */
import * as Effect from "effect/Effect"
import { connect } from "./connect.ts"
import type { Options } from "./options.ts"

/** How much something that happened matters. */
export type Level = "debug" | "info" | "warn" | "error"

/** Something that happened to a run. */
export interface Entry {
  readonly variant: string
  readonly seed: number
  /** Label of the stage that it is about; undefined for the run itself. */
  readonly stage: string | undefined
  readonly level: Level
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly message: string
}

/** What adds entries to the logs of an experiment's current runs, in one transaction; a run that is not there gets none. */
export const logWriter = Effect.fnUntraced(function*(options: Options) {
  const { handle: { sqlite }, write } = yield* connect(options)
  const add = sqlite.prepare(`
    INSERT INTO log (run, ordinal, at, level, stage, message)
    SELECT r.id, coalesce((SELECT max(ordinal) + 1 FROM log WHERE run = r.id), 0), ?, ?, ?, ?
    FROM experiment e JOIN run r ON r.experiment = e.id AND r.variant = ? AND r.seed = ? AND r.current = 1 WHERE e.name = ?`)
  return (experiment: string, entries: ReadonlyArray<Entry>) =>
    write("log", () => {
      for (const { at, level, message, seed, stage, variant } of entries) {
        add.run(at, level, stage ?? null, message, variant, seed, experiment)
      }
    })
})
