/** An experiment's runs, and what tells two runs apart. */
import * as Effect from "effect/Effect"
import * as Metric from "../pipeline/declare/Metric.ts"
import * as Fingerprint from "../pipeline/plan/Fingerprint.ts"
import type { Json } from "../pipeline/json.ts"
import * as Store from "../store/index.ts"
import { experimentCalled, open, runById, statusOf } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** All runs of an experiment, in table order, by seed, later ones first; those of before it changed, too. Fails with `NotFound`. */
export const runTable = Effect.fn("Workspace.runTable")(function*(workspace: Workspace, experiment: string) {
  const handle = yield* open(workspace)
  const { name } = yield* experimentCalled(handle, experiment)
  const alive = Store.isHeld(workspace.db)
  const rows = yield* Store.runTable(handle, name)
  return rows.map((row) => ({ ...row, current: row.current === 1, status: statusOf(row.status, alive) }))
}, Effect.scoped)

/** What tells two stages of one name apart, beside what comes to them from stages before. */
export interface StageDifference {
  readonly label: string
  /** Whether only one of the runs has it. */
  readonly only: "left" | "right" | undefined
  /** What it reads is different, too. */
  readonly upstream: boolean
  readonly differences: ReadonlyArray<Fingerprint.Difference>
}

/** What tells two runs apart, and nothing else. */
export interface RunDifference {
  readonly params: ReadonlyArray<Fingerprint.Difference>
  readonly environment: ReadonlyArray<Fingerprint.Difference>
  readonly stages: ReadonlyArray<StageDifference>
  /** The last values of metrics, by their full names. */
  readonly metrics: ReadonlyArray<Fingerprint.Difference>
}

type Run = Effect.Success<ReturnType<typeof runById>>
type Stage = Run["stages"][number]

/** Paths of a pre-image that say which results it reads. */
const isInput = ({ path }: Fingerprint.Difference): boolean => path === "inputs" || path.startsWith("inputs.")

const stageDifference = (left: Stage | undefined, right: Stage | undefined): ReadonlyArray<StageDifference> => {
  const label = (left ?? right)!.label
  if (left === undefined || right === undefined) {
    return [{ label, only: left === undefined ? "right" : "left", upstream: false, differences: [] }]
  }
  if (left.fingerprint === right.fingerprint) return []
  const all = [...Fingerprint.differences(JSON.parse(left.preimage) as Json, JSON.parse(right.preimage) as Json)]
  return [{ label, only: undefined, upstream: all.some(isInput), differences: all.filter((one) => !isInput(one)) }]
}

/** The stages of two runs by name: in the order of the first, then those that only the second has. */
const stageDifferences = (left: Run, right: Run): ReadonlyArray<StageDifference> => {
  const [mine, theirs] = [left, right].map(({ stages }) => new Map(stages.map((stage) => [stage.label, stage])))
  return [...new Set([...mine!.keys(), ...theirs!.keys()])].flatMap((label) => stageDifference(mine!.get(label), theirs!.get(label)))
}

const valuesOf = ({ metrics }: Run): { readonly [metric: string]: number | null } =>
  Object.fromEntries(metrics.map((metric) => [Metric.fullName(metric), metric.value]))

export const between = (left: Run, right: Run): RunDifference => ({
  params: [...Fingerprint.differences(left.params, right.params)],
  environment: [...Fingerprint.differences(left.facts, right.facts)],
  stages: stageDifferences(left, right),
  metrics: [...Fingerprint.differences(valuesOf(left), valuesOf(right))]
})

/** What tells run `left` from run `right`. Fails with `NotFound`. */
export const runDifference = (workspace: Workspace, left: number, right: number) =>
  Effect.map(Effect.all([runById(workspace, left), runById(workspace, right)]), ([a, b]) => ({ left: a, right: b, ...between(a, b) }))
