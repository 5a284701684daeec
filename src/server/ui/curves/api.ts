/** What the page asks about curves. */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { problems } from "../problems.ts"

const Step = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const Kind = Schema.Literals(["metric", "part"])

/** What was recorded at more than one step: a metric, or the mean of a part of the reward. */
export const CurveKind = Schema.Struct({
  kind: Kind,
  /** Scope or stage, and the name: "loop/reward". */
  name: Schema.String,
  unit: Schema.String,
  better: Schema.Literals(["higher", "lower", "neither"]),
  lastStep: Step
})

export const CurveChoices = Schema.Struct({
  experiments: Schema.Array(Schema.Struct({
    name: Schema.String,
    axes: Schema.Array(Schema.String),
    /** Rows of its table, in order. */
    variants: Schema.Array(Schema.Struct({ name: Schema.String, role: Schema.Literals(["variant", "baseline", "reference"]) }))
  })),
  kinds: Schema.Array(CurveKind)
}).annotate({ identifier: "CurveChoices" })

/** A value at each of the picture's steps; null where there is none. Seven digits, of which a picture shows three. */
const Values = Schema.Array(Schema.NullOr(Schema.Finite))

/** `raw`: what was recorded, where the line is smoothed. */
const Line = { values: Values, raw: Schema.NullOr(Values) }

export const Curves = Schema.Struct({
  /** Steps of all lines. */
  steps: Schema.Array(Step),
  /** Recorded steps that became two points, their lowest and their highest value; 1 where every step has its own. */
  span: Schema.Int,
  groups: Schema.Array(Schema.Struct({
    /** Its colours on a light page and on a dark one, and its dashes as SVG has them. */
    look: Schema.Struct({ light: Schema.String, dark: Schema.String, dash: Schema.NullOr(Schema.String) }),
    experiment: Schema.String,
    /** The variant, or the label on the axis that was asked for. */
    name: Schema.String,
    /** Independent curves: what runs share is one. */
    curves: Schema.Array(Schema.Struct({
      run: Schema.Int,
      variant: Schema.String,
      seed: Schema.Int,
      /** First step at which it has risen; null where it did not, or where `rise` was not asked for. */
      rises: Schema.NullOr(Step),
      /** Values that are not finite, and so not shown. */
      lost: Schema.Int
    })),
    /** The mean of all curves and how far they lie apart; null where lines were asked for. */
    band: Schema.NullOr(Schema.Struct({
      ...Line,
      low: Values,
      high: Values,
      /** The mean of fewer, at steps that not all curves have a value at, and how many those are; null where all have. */
      fewer: Schema.NullOr(Schema.Struct({ values: Values, n: Values }))
    })),
    /** One for each curve, in their order; none where a band was asked for. */
    lines: Schema.Array(Schema.Struct(Line))
  }))
}).annotate({ identifier: "Curves" })

const experiment = Schema.NonEmptyArray(Schema.String)

export const curves = HttpApiGroup.make("curves").add(
  HttpApiEndpoint.get("choices", "/api/curves/choices", { query: { experiment }, success: CurveChoices, error: problems }),
  HttpApiEndpoint.get("curves", "/api/curves", {
    query: {
      experiment,
      kind: Kind,
      name: Schema.String,
      /** An axis; without it every variant is a group. */
      by: Schema.optionalKey(Schema.String),
      /** range: mean, and from the lowest to the highest. interval: mean, and its 95 % t-interval. lines: each seed. */
      show: Schema.Literals(["range", "interval", "lines"]),
      /** Weight of what came before in the exponential average. */
      smoothing: Schema.FiniteFromString.check(Schema.isBetween({ minimum: 0, maximum: 0.999 })),
      /** Pixels to draw on. */
      width: Schema.FiniteFromString.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })),
      /** The first step that is shown; averages and rises know what came before. */
      from: Schema.optionalKey(Schema.FiniteFromString.check(Schema.isGreaterThanOrEqualTo(0))),
      /** The last step that is shown. */
      to: Schema.optionalKey(Schema.FiniteFromString.check(Schema.isGreaterThanOrEqualTo(0))),
      /** By how much the mean over `window` steps lies above the first one where a curve has risen, as the evaluation `rise` has it. */
      rise: Schema.optionalKey(Schema.FiniteFromString),
      window: Schema.optionalKey(Schema.FiniteFromString.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })))
    },
    success: Curves,
    error: problems
  })
)
