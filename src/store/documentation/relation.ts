/** What is said about a view or a table, and about columns that several have. */

export interface Relation {
  readonly name: string
  /** What a row is, in a sentence or two. */
  readonly row: string
  /** What each column holds, in the order of the database. */
  readonly columns: { readonly [column: string]: string }
  /** A question in words, and the SQL that answers it. */
  readonly example?: { readonly question: string; readonly sql: string }
}

export const experiment = "Name of the experiment. One with overrides or a scale has them in its name, so that settings never share a table."
export const variant = "Name of the variant: a cell of the grid, without its seed."
export const seed = "Seed of the run."
export const ordinal = "Place of the variant in the experiment's table, from 0."
export const position = "Place of the stage in its run, from 0."
export const label = "What the stage is called in its run: its name, with #2 for the second of a name."

/** How a metric is called and what was declared of it. */
export const metric = {
  metric: "Whole name of the metric, `scope/name`, such as `detection/mAP`."
}

export const declared = {
  scope: "The evaluation or stage that measured it: what `as` says, or else the name of the stage.",
  name: "Name of the metric, such as `mAP`.",
  unit: "`%`, `share` (from 0 to 1), `count`, `tokens`, `nats`..., or empty.",
  better: "`higher`, `lower` or `neither`: which way is better.",
  counts: "What it counts or averages over: `image`, `box`, `answer`, `completion`, `token`..."
}
