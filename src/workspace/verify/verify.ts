/** Verification: the stored completions of an experiment judged again, and every number that follows from them compared. */
import * as Effect from "effect/Effect"
import * as Store from "../../store/index.ts"
import { open } from "../read.ts"
import type { Workspace } from "../workspace.ts"
import { averagesOf } from "./groups.ts"
import { judgedPlace, placeOf } from "./place.ts"
import { type Stored, storedStages } from "./stored.ts"
import { compareSums, summing } from "./sums.ts"
import type { Tally } from "./tally.ts"

/** How much was judged again. */
export interface Verified {
  readonly completions: number
  readonly evaluations: number
  readonly steps: number
  readonly finals: ReadonlyArray<Store.Final>
}

const keyOf = ({ name, scope, step }: { readonly scope: string; readonly name: string; readonly step: number }): string =>
  JSON.stringify([scope, name, step])

/** Judges a stage's completions again, place by place, and returns its metrics as they come out now, by `keyOf`. */
const judgedStage = Effect.fnUntraced(function*(handle: Store.Handle, workspace: Workspace, stored: Stored, tally: Tally) {
  const metrics = new Map<string, number>()
  const byScope = new Map<string, ReadonlyMap<string, number>>()
  const judged = { completions: 0, evaluations: 0, steps: 0 }
  const sums = summing()
  for (const place of yield* Store.places(handle, stored.recorded.stage)) {
    const samples = yield* Store.recordedSamples(handle, place)
    sums.add(place, samples)
    const found = yield* judgedPlace(stored, place, samples, workspace.generated, tally)
    if (found === undefined) continue
    judged.completions += samples.length
    judged[found.of]++
    for (const [name, value] of found.metrics) metrics.set(keyOf({ ...place, name }), value)
    byScope.set(place.scope, new Map(found.metrics))
  }
  if (typeof stored.node !== "string") {
    for (const { value, ...metric } of averagesOf(stored.node, byScope)) metrics.set(keyOf({ ...metric, step: 0 }), value)
  }
  compareSums(tally, placeOf(stored.recorded), yield* Store.recordedSums(handle, stored.recorded.stage), sums)
  return { judged, metrics }
})

/** Compares the stored metrics with those that came out now, and the last value of each, which tables are made of. */
const compareMetrics = Effect.fnUntraced(function*(
  handle: Store.Handle,
  recorded: Store.Recorded,
  metrics: ReadonlyMap<string, number>,
  tally: Tally
) {
  const { last, steps } = yield* Store.recordedMetrics(handle, recorded.stage)
  const where = (metric: Store.RecordedMetric) => () =>
    `${placeOf(recorded)}, step ${metric.step}, ${metric.scope === "" ? "" : `${metric.scope}/`}${metric.name}`
  for (const metric of steps) {
    const key = keyOf(metric)
    if (metrics.has(key)) tally.compare(where(metric), metric.value, metrics.get(key))
    else tally.leave(`${metric.scope === "" ? recorded.label : metric.scope}/${metric.name}`, 1, "it does not follow from the completions alone")
  }
  const curve = new Map(steps.map((metric) => [keyOf(metric), metric.value]))
  return last.map((metric) => {
    const key = keyOf(metric)
    tally.compare(() => `${where(metric)()}, as tables have it`, metric.value, curve.get(key))
    return { ...metric, value: metrics.get(key) }
  })
})

/**
 * Judges the completions of every evaluation and every training step of an experiment's finished runs again, by the study's
 * code as it is now with the config that was stored, and compares with `tally`: rewards, boxes and true answers, the metrics
 * of evaluations and of scoring, the sums that views read, and the last values that tables are made of.
 *
 * Needs no model; it needs the study file (`file`, or the one that was stored) and, for evaluations, their data sets, which
 * are read again. What a model or its training alone could tell (loss, KL, rendered prompts, token counts) is left.
 *
 * Fails with `NotFound`, `StudyError`, `StoreError`, and with `InvalidExperiment` where the file declares another study.
 */
export const verify = Effect.fn("Workspace.verify")(function*(workspace: Workspace, name: string, tally: Tally, file?: string) {
  const handle = yield* open(workspace)
  const finals: Array<Store.Final> = []
  const total = { completions: 0, evaluations: 0, steps: 0 }
  for (const stored of yield* storedStages(handle, name, file)) {
    const { recorded, runs } = stored
    const { judged, metrics } = yield* judgedStage(handle, workspace, stored, tally)
    for (const key of ["completions", "evaluations", "steps"] as const) total[key] += judged[key]
    const last = yield* compareMetrics(handle, recorded, metrics, tally)
    finals.push(...runs.flatMap(({ label, role, seed, stage, variant }) =>
      last.map(({ name, scope, value }) => ({ variant, role, seed, stage, name, value, scope: scope === "" ? label : scope }))))
  }
  const verified: Verified = { ...total, finals }
  return verified
}, Effect.scoped)
