/** What the page asks about the ablation table of an experiment. */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { problems } from "../problems.ts"

/** A metric by its whole name, scope/name. */
const Metric = Schema.Struct({
  metric: Schema.String,
  unit: Schema.String,
  better: Schema.Literals(["higher", "lower", "neither"])
})

const Column = Schema.Struct({
  ...Metric.fields,
  /** As the study calls it. */
  title: Schema.String,
  /** Decimals that suit it. */
  digits: Schema.Int
})

/** Mean over independent runs; `sd` and `ci95`, half of the 95 % t-interval, are null below two. */
const Measured = Schema.Struct({
  n: Schema.Int,
  mean: Schema.Finite,
  sd: Schema.NullOr(Schema.Finite),
  ci95: Schema.NullOr(Schema.Finite)
})

/** Difference to another row, paired by seed. */
const Difference = Schema.Struct({
  n: Schema.Int,
  delta: Schema.Finite,
  ci95: Schema.NullOr(Schema.Finite),
  wins: Schema.Int,
  /** The smallest difference that so many pairs could have shown. */
  detectable: Schema.NullOr(Schema.Finite),
  /** Two-sided p of the paired t-test, and after Holm's correction over the table. */
  p: Schema.NullOr(Schema.Finite),
  holm: Schema.NullOr(Schema.Finite),
  /** Whether the bare 95 % interval leaves zero out, and whether that is left after the correction. */
  bare: Schema.Boolean,
  separated: Schema.Boolean
})

const Cell = Schema.Struct({
  measured: Schema.NullOr(Measured),
  toBaseline: Schema.NullOr(Difference),
  toReference: Schema.NullOr(Difference),
  published: Schema.NullOr(Schema.Finite)
})

const Row = Schema.Struct({
  variant: Schema.String,
  role: Schema.Literals(["variant", "baseline", "reference"]),
  /** Planned runs that are not done. */
  missing: Schema.Int,
  /** One a column, in their order. */
  cells: Schema.Array(Cell)
})

export const Ablation = Schema.Struct({
  experiment: Schema.String,
  question: Schema.String,
  /** What the rows are called. */
  rowTitle: Schema.String,
  columns: Schema.Array(Column),
  /** References first, then variants in the order of the study. */
  rows: Schema.Array(Row),
  /** Which row stands where, where the study has more than one axis. */
  grid: Schema.NullOr(Schema.Struct({
    /** The axis that goes down, and those that go across. */
    down: Schema.String,
    across: Schema.Array(Schema.String),
    columns: Schema.Array(Schema.String),
    /** A variant a column; null where the study has none. */
    rows: Schema.Array(Schema.Struct({ label: Schema.String, variants: Schema.Array(Schema.NullOr(Schema.String)) }))
  })),
  baseline: Schema.NullOr(Schema.String),
  reference: Schema.NullOr(Schema.String),
  /** What a reader must know to read it honestly, a sentence or two each. */
  notes: Schema.Array(Schema.String),
  /** Every metric that could be a column. */
  metrics: Schema.Array(Metric),
  /** The question to runs.db that gives these numbers. */
  sql: Schema.String
}).annotate({ identifier: "Ablation" })

/** Formats that the table is downloaded in. */
export const Format = Schema.Literals(["csv", "md", "latex", "json"])

const asked = {
  experiment: Schema.String,
  /** Columns by whole names, in their order; those of the study where none is named. */
  metrics: Schema.optionalKey(Schema.Array(Schema.String))
}

export const ablation = HttpApiGroup.make("ablation").add(
  HttpApiEndpoint.get("table", "/api/ablation", { query: asked, success: Ablation, error: problems }),
  HttpApiEndpoint.get("file", "/api/ablation/file", {
    query: { ...asked, format: Format },
    success: Schema.String.pipe(HttpApiSchema.asText()),
    error: problems
  })
)
