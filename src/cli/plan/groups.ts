/** A plan as a person reads it: what happens to which stages of which runs, each reason once. */
import type { PlannedRun, Status } from "../../pipeline/plan/Plan.ts"

/** What will happen to stages, in the order in which it is said. */
const actions = { runs: "run", resumes: "resume", shared: "share", finished: "reuse" } as const satisfies { [tag in Status["_tag"]]: string }

export type Action = (typeof actions)[Status["_tag"]]

export interface Group {
  readonly action: Action
  /** Labels of stages. */
  readonly stages: ReadonlyArray<string>
  readonly runs: ReadonlyArray<PlannedRun>
  readonly why: string
}

const order = Object.values(actions)

/** Which run executes what is shared matters to nobody. */
const reasonOf = (tag: Status["_tag"], why: string): string => tag === "shared" ? "executed once, by another of these runs" : why

/** Stages of one label, action and reason; then those of several labels for the same runs and reason in one. */
export const groups = (runs: ReadonlyArray<PlannedRun>, why: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<Group> => {
  const cells = runs.flatMap((run, i) =>
    run.stages.map(({ label, status: { _tag } }, position) => ({
      label,
      run,
      index: i,
      action: actions[_tag],
      why: reasonOf(_tag, why[i]![position]!)
    })))
  const byStage = [...Map.groupBy(cells, ({ action, label, why }) => JSON.stringify([action, label, why])).values()]
  const byRuns = Map.groupBy(byStage, (some) => JSON.stringify([some[0]!.action, some[0]!.why, some.map(({ index }) => index)]))
  return [...byRuns.values()].map((alike): Group => ({
    action: alike[0]![0]!.action,
    stages: alike.map(([first]) => first!.label),
    runs: alike[0]!.map(({ run }) => run),
    why: alike[0]![0]!.why
  })).sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action))
}

/** Rows that are named, at most. */
const most = 3

const seeds = (some: ReadonlyArray<number>): string => `${some.length === 1 ? "seed" : "seeds"} ${some.join(", ")}`

/** `all 6 runs`, or `low · seeds 0, 1; high · seed 0`. */
export const named = (some: ReadonlyArray<PlannedRun>, all: number): string => {
  if (some.length === all && all > 1) return `all ${all} runs`
  const byVariant = [...Map.groupBy(some, ({ record }) => record.variant)]
  const words = byVariant.slice(0, most).map(([variant, own]) => `${variant} · ${seeds(own.slice(0, 10).map(({ record }) => record.seed))}${own.length > 10 ? ", ..." : ""}`)
  const more = byVariant.slice(most).reduce((sum, [, own]) => sum + own.length, 0)
  return more > 0 ? `${words.join("; ")}; and ${more} more runs` : words.join("; ")
}
