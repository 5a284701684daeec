/** What runs.db holds of a study. */
import * as Effect from "effect/Effect"
import { between, finals, runById, runs, Table, tableSource, type Workspace } from "../../src/workspace.ts"
import type { Comparison } from "./claims.ts"

/** Facts about program and machine of a run, by name. */
export type Facts = { readonly [name: string]: string | number }

export interface Measured {
  readonly source: Table.Source
  readonly table: Table.Table
  readonly seeds: ReadonlyArray<number>
  readonly runs: number
  readonly done: number
  /** Time that the stages took, added up, each once: what runs share, and the waiting of one that was stopped, are within. */
  readonly seconds: number
  /** Of the runs that are done, each once. */
  readonly facts: ReadonlyArray<Facts>
  /** When runs that are done began and ended, ISO 8601; sorted. */
  readonly times: ReadonlyArray<string>
  readonly differenceOf: (finding: Comparison) => Table.Difference | undefined
}

const secondsBetween = (from: string, to: string | null): number => to === null ? 0 : (Date.parse(to) - Date.parse(from)) / 1000

/** All of it; undefined where the study has never run there. Fails with `StoreError`, also where there is no database. */
export const measured = Effect.fnUntraced(function*(workspace: Workspace, name: string) {
  const source = yield* tableSource(workspace, name).pipe(Effect.catchTag("NotFound", () => Effect.void))
  if (source === undefined) return undefined
  const table = Table.make(source)
  const values = yield* finals(workspace, name)
  const planned = yield* runs(workspace, name)
  const ids = planned.flatMap(({ id, status }) => status === "done" ? [id] : [])
  const done = yield* Effect.forEach(ids, (id) => runById(workspace, id))
  const stages = new Map(done.flatMap((run) => run.stages.map((stage) => [stage.id, stage] as const)))
  const found: Measured = {
    source,
    table,
    seeds: [...new Set(planned.map(({ seed }) => seed))].toSorted((a, b) => a - b),
    runs: planned.length,
    done: done.length,
    seconds: [...stages.values()].reduce((sum, { endedAt, startedAt }) => sum + secondsBetween(startedAt, endedAt), 0),
    facts: [...new Map(done.map(({ environment, facts }) => [environment, facts])).values()],
    times: done.flatMap(({ endedAt, startedAt }) => [startedAt, endedAt].filter((time) => time !== null)).toSorted(),
    differenceOf: ({ first, second }) => between(values, first, second, table.looks)
  }
  return found
})
