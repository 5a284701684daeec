/** A journal that tells what it has written down. */
import * as Effect from "effect/Effect"
import type { Journal } from "../pipeline/run/journal.ts"
import type { Follower } from "./follow.ts"

/** Tells of what has happened. Whatever comes of the telling, it has happened. */
const after = <A, E, R>(effect: Effect.Effect<A, E, R>, tell: (value: A) => void): Effect.Effect<A, E, R> =>
  Effect.tap(effect, (value) => Effect.ignoreCause(Effect.sync(() => tell(value))))

/** The same journal, of which `follower` hears what is committed. */
export const observed = (journal: Journal["Service"], follower: Follower): Journal["Service"] => ({
  ...journal,
  openExperiment: (record, environment) => after(journal.openExperiment(record, environment), () => follower.experiment(record)),
  openRun: (record, environment) => after(journal.openRun(record, environment), (id) => follower.run(id, record)),
  openRuns: (runs) => after(journal.openRuns(runs), (ids) => runs.forEach(({ record }, i) => follower.run(ids[i]!, record))),
  closeRun: (run, status, error) =>
    after(journal.closeRun(run, status, error), () => follower.endRun(run, status === "failed" ? { error: error ?? "" } : status)),
  openStage: (record) => after(journal.openStage(record), (id) => follower.stage(id, record)),
  linkStage: (link) => after(journal.linkStage(link), () => follower.link(link)),
  commitStep: (stage, step) => after(journal.commitStep(stage, step), () => follower.step(stage, step)),
  closeStage: (stage, result) => after(journal.closeStage(stage, result), () => follower.endStage(stage, "done", result.records)),
  failStage: (stage, error) => after(journal.failStage(stage, error), () => follower.endStage(stage, { error }))
})
