/** All that a report of an experiment is made of, but for its completions. */
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import { open, runs, tableSource } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** Metrics whose curves a report shows, where a stage that trains records them. */
const curves = ["reward", "completionLength"] as const

/** Of every row and every environment one run says the rest: the first that ran. */
const firstOf = <Run extends { readonly id: number }>(all: ReadonlyArray<Run>, by: (run: Run) => string | number) =>
  [...Map.groupBy(all, by).values()].map(([first]) => first!)

/** Fails with `NotFound`. */
export const account = Effect.fn("Workspace.account")(function*(workspace: Workspace, name: string) {
  const source = yield* tableSource(workspace, name)
  const current = yield* runs(workspace, name)
  const handle = yield* open(workspace)
  const missing = new Map(source.missing.map(({ seed, status, variant }) => [JSON.stringify([variant, seed]), status]))
  const details = Effect.fnUntraced(function*(id: number) {
    const { environment, facts, params, stages, variant } = (yield* Store.run(handle, id))!
    return { environment, facts, params, variant, stages: stages.map(({ kind, label, name }) => ({ kind, label, name })) }
  })
  const placeOf = (at: { readonly variant: string; readonly seed: number; readonly position: number }) => JSON.stringify([at.variant, at.seed, at.position])
  const executions = new Map((yield* Store.executions(handle, name)).map((one) => [placeOf(one), one.stage]))
  /** With the execution that each row is of, by which it counts once, whichever runs share it. */
  const executed = <Row extends Parameters<typeof placeOf>[0]>(rows: ReadonlyArray<Row>) => rows.map((row) => ({ ...row, execution: executions.get(placeOf(row))! }))
  return {
    source,
    runs: current.map((run) => ({ ...run, status: missing.get(JSON.stringify([run.variant, run.seed])) ?? run.status })),
    rows: yield* Effect.forEach(firstOf(current, ({ variant }) => variant), ({ id }) => details(id)),
    environments: yield* Effect.forEach(firstOf(current, ({ environment }) => environment), ({ id }) => details(id)),
    finals: yield* Store.finals(handle, name),
    curves: yield* Effect.forEach(curves, (metric) => Store.learningCurve(handle, name, metric)),
    parts: executed(yield* Store.rewardParts(handle, name)),
    tokens: executed(yield* Store.tokenStatistics(handle, name))
  }
}, Effect.scoped)
