/**
 * The views, in the order of the navigation: to add one takes its folder and a line here.
 *
 * Views link to each other by these keys of the query: `experiment`, `variant` (a row of its table), `metric` (its whole name,
 * scope/name), `seed`, `run` (a number), `step`, `sample` (a number).
 */
import type { FunctionComponent } from "preact"

export interface View {
  /** Its path. */
  readonly name: string
  readonly title: string
  /** Goes to it behind `g`. */
  readonly key: string
  /** Its module, whose default export draws it. */
  readonly load: () => Promise<{ readonly default: FunctionComponent }>
}

export const views: ReadonlyArray<View> = [
  { name: "experiments", title: "Experiments", key: "e", load: () => import("./views/experiments/experiments.tsx") },
  { name: "ablation", title: "Ablation", key: "a", load: () => import("./views/ablation/ablation.tsx") },
  { name: "curves", title: "Curves", key: "c", load: () => import("./views/curves/curves.tsx") },
  { name: "samples", title: "Samples", key: "s", load: () => import("./views/samples/samples.tsx") },
  { name: "runs", title: "Runs", key: "r", load: () => import("./views/runs/runs.tsx") },
  { name: "sql", title: "SQL", key: "q", load: () => import("./views/sql/sql.tsx") }
]

export const named = (name: string): View | undefined => views.find((view) => view.name === name)
