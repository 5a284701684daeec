/** Results whose files are gone, and which of them a plan needs: what is finished behind them wants none. */
import * as Effect from "effect/Effect"
import type { Plan, PlannedStage } from "../../pipeline/plan/Plan.ts"
import { JournalError } from "../../pipeline/run/journal.ts"
import { Ledger, oneByOne } from "../../pipeline/run/ledger.ts"
import * as Store from "../../store/index.ts"

/** Executions that are finished but for their files, which no stage that is to run reads, by their fingerprints. `isDone`: of any execution. */
export const unneeded = ({ runs }: Plan, isDone: (fingerprint: string) => boolean): ReadonlySet<string> => {
  const ahead = new Map<string, PlannedStage>()
  for (const stage of runs.flatMap(({ stages }) => stages)) {
    if (stage.status._tag === "runs" || stage.status._tag === "resumes") ahead.set(stage.fingerprint, stage)
  }
  const gone = new Set([...ahead.values()].filter(({ fingerprint, forced }) => !forced && isDone(fingerprint)).map(({ fingerprint }) => fingerprint))
  const readers = [...ahead.values()].filter(({ fingerprint }) => !gone.has(fingerprint))
  for (const { inputs } of readers) {
    for (const { fingerprint } of inputs) {
      if (!gone.delete(fingerprint)) continue
      readers.push(ahead.get(fingerprint)!) // it is to run after all, and reads, too
    }
  }
  return gone
}

/** The same in a database. */
export const unneededIn = Effect.fnUntraced(function*(handle: Store.Handle, plan: Plan) {
  const ahead = new Set(plan.runs.flatMap(({ stages }) => stages.flatMap(({ fingerprint, status }) => status._tag === "runs" ? [fingerprint] : [])))
  const done = new Set<string>()
  for (const fingerprint of ahead) if ((yield* Store.stageState(handle, fingerprint))?.status === "done") done.add(fingerprint)
  return unneeded(plan, (fingerprint) => done.has(fingerprint))
})

/** A ledger in which these executions are finished, whether their files are there or not. */
export const content = (ledger: Ledger["Service"], handle: Store.Handle, fingerprints: ReadonlySet<string>): Ledger["Service"] => {
  const findStage: Ledger["Service"]["findStage"] = (fingerprint) =>
    fingerprints.has(fingerprint)
      ? Effect.mapError(Store.recordedStage(handle, fingerprint), ({ message }) => new JournalError({ operation: "findStage", message }))
      : ledger.findStage(fingerprint)
  return { ...ledger, findStage, finished: oneByOne(findStage) }
}
