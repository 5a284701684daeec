/** What the page asks about samples: a page of them, one whole, the same examples at two places, and pictures. */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { problems } from "../problems.ts"

/** As fields for numbers give it, also `.5`. */
const number = String.raw`-?(\d+(\.\d+)?|\.\d+)(e[-+]?\d+)?`

/** `2..5`, both included; `2..` and `..5` are open on one side, `2` is that alone. */
const RangeText = Schema.String.check(
  Schema.isPattern(new RegExp(`^(${number}|(${number})?\\.\\.(${number})?)$`, "i"), { expected: "a range such as 2..5, 2.. or ..5" })
)

/** Where the page before ended: `[value,number]`, as an answer's `next` gives it. */
const CursorText = Schema.String.check(Schema.isPattern(/^\[.*,\d+\]$/s, { expected: "what `next` of an answer says" }))

/** A step of an execution: `12:0`, or `12:40:val` for an evaluation nested in it. */
const PlaceText = Schema.String.check(Schema.isPattern(/^\d+:\d+(:.*)?$/s, { expected: "a place such as 12:0 or 12:40:val" }))

const Limit = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 }))

const optional = Schema.optionalKey

/** Corners in pixels of the picture as it is stored: left, top, right, bottom. */
const Corners = Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite])

export const Box = Schema.Struct({
  role: Schema.Literals(["true", "predicted"]),
  label: Schema.String,
  /** Null where a corner is no number, or its place cannot be told. */
  corners: Schema.NullOr(Corners)
}).annotate({ identifier: "Box" })

export const Reward = Schema.Struct({
  part: Schema.String,
  /** Null for what is no number. */
  value: Schema.NullOr(Schema.Finite),
  /** Why the part failed on this completion; its value is the fallback then. */
  error: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Reward" })

/** A current run that leads to a sample. */
const Run = Schema.Struct({ run: Schema.Int, variant: Schema.String, seed: Schema.Int })

const place = {
  execution: Schema.Int,
  scope: Schema.String,
  step: Schema.Int
}

const sample = {
  id: Schema.Int,
  ...place,
  /** Of the stage, in its runs. */
  label: Schema.String,
  /** Several share an evaluation of the same weights. */
  runs: Schema.Array(Run),
  ordinal: Schema.Int,
  example: Schema.String,
  /** What was asked for; null where it is not known. */
  task: Schema.NullOr(Schema.String),
  /** Null where nobody counted. */
  tokens: Schema.NullOr(Schema.Int),
  finish: Schema.Literals(["stop", "length"]),
  rewards: Schema.Array(Reward),
  /** The first of them: `truths` and `predictions` count all. */
  boxes: Schema.Array(Box),
  truths: Schema.Int,
  predictions: Schema.Int,
  /** Whether there is one, and its size in pixels as it is stored, where that is known. */
  picture: Schema.NullOr(Schema.Struct({ width: Schema.NullOr(Schema.Finite), height: Schema.NullOr(Schema.Finite) }))
}

export const Listed = Schema.Struct({ ...sample, /** The completion's beginning. */ opening: Schema.String }).annotate({ identifier: "ListedSample" })

const Elsewhere = Schema.Struct({ id: Schema.Int, ...place, label: Schema.String, runs: Schema.Array(Run) })

export const Whole = Schema.Struct({
  ...sample,
  experiment: Schema.NullOr(Schema.String),
  kind: Schema.NullOr(Schema.String),
  /** As the model read it. */
  prompt: Schema.String,
  completion: Schema.String,
  solution: Schema.String,
  /** What else the task kept, as JSON. */
  details: Schema.String,
  /** The same example at other steps of its run, and in other runs at its step. */
  otherSteps: Schema.Array(Elsewhere),
  otherRuns: Schema.Array(Elsewhere)
}).annotate({ identifier: "Sample" })

const Places = Schema.Struct({
  variants: Schema.Array(Schema.Struct({ name: Schema.String, role: Schema.Literals(["variant", "baseline", "reference"]) })),
  /** Stages with samples, of every run, in table order. */
  stages: Schema.Array(Schema.Struct({
    ...Run.fields,
    execution: Schema.Int,
    label: Schema.String,
    kind: Schema.String
  })),
  /** How many samples an execution has in a scope, from which step to which. */
  extents: Schema.Array(Schema.Struct({
    execution: Schema.Int,
    scope: Schema.String,
    first: Schema.Int,
    last: Schema.Int,
    completions: Schema.Int
  })),
  /** Samples that answer the same questions in every run: of a stage, or of an evaluation nested in it. */
  groups: Schema.Array(Schema.Struct({
    label: Schema.String,
    kind: Schema.String,
    scope: Schema.String,
    completions: Schema.Int,
    first: Schema.Int,
    last: Schema.Int,
    /** Parts of the reward that it was judged by. */
    parts: Schema.Array(Schema.String)
  })),
  /** Some labels of boxes. */
  labels: Schema.Array(Schema.String)
})

const Page = Schema.Struct({
  samples: Schema.Array(Listed),
  /** How many the chosen runs and stages hold, and how many of them fit. */
  through: Schema.Int,
  matching: Schema.Int,
  /** More than can be looked through at once: choose fewer runs, stages or steps. Null where all were. */
  atMost: Schema.NullOr(Schema.Int),
  /** For `after`; null on the last page. */
  next: Schema.NullOr(Schema.String)
})

const PartChange = Schema.Struct({
  part: Schema.String,
  /** Pairs in which both got a number. */
  n: Schema.Int,
  left: Schema.Finite,
  right: Schema.Finite,
  risen: Schema.Int,
  fallen: Schema.Int
})

const Side = Schema.Struct({ ...place, label: Schema.NullOr(Schema.String), runs: Schema.Array(Run), steps: Schema.Array(Schema.Int), samples: Schema.Int })

const Pairs = Schema.Struct({
  left: Side,
  right: Side,
  /** Examples that both answered: with several answers each, one pair for each of them. */
  pairs: Schema.Int,
  atMost: Schema.NullOr(Schema.Int),
  parts: Schema.Array(PartChange),
  found: Schema.Array(Schema.Struct({ change: Schema.NullOr(Schema.Finite), left: Listed, right: Listed })),
  next: Schema.NullOr(Schema.String)
})

export const samples = HttpApiGroup.make("samples").add(
  HttpApiEndpoint.get("places", "/api/samples/places", { query: { experiment: Schema.String }, success: Places, error: problems }),
  HttpApiEndpoint.get("page", "/api/samples", {
    query: {
      experiment: Schema.String,
      run: optional(Schema.Int),
      variant: optional(Schema.String),
      seed: optional(Schema.Int),
      stage: optional(Schema.String),
      scope: optional(Schema.String),
      step: optional(RangeText),
      example: optional(Schema.String),
      finish: optional(Schema.Literals(["stop", "length"])),
      tokens: optional(RangeText),
      truths: optional(RangeText),
      predictions: optional(RangeText),
      label: optional(Schema.String),
      part: optional(Schema.String),
      value: optional(RangeText),
      /** The part failed on it. */
      failed: optional(Schema.Literals(["yes"])),
      /** With - before it, the other way. `value`: of the part. */
      sort: optional(Schema.Literals([
        "run", "-run", "step", "-step", "tokens", "-tokens", "truths", "-truths", "predictions", "-predictions",
        "label", "-label", "finish", "-finish", "value", "-value"
      ])),
      after: optional(CursorText),
      limit: optional(Limit)
    },
    success: Page,
    error: problems
  }),
  HttpApiEndpoint.get("one", "/api/sample", {
    query: { id: Schema.Int, /** Of which runs are named. */ experiment: optional(Schema.String) },
    success: Whole,
    error: problems
  }),
  HttpApiEndpoint.get("pairs", "/api/samples/pairs", {
    query: {
      /** Of which runs are named. */
      experiment: optional(Schema.String),
      left: PlaceText,
      right: PlaceText,
      part: optional(Schema.String),
      order: optional(Schema.Literals(["changed", "risen", "fallen"])),
      after: optional(CursorText),
      limit: optional(Limit)
    },
    success: Pairs,
    error: problems
  }),
  HttpApiEndpoint.get("image", "/api/samples/:id/image", {
    params: { id: Schema.Int },
    /** At most so many pixels on its longer side. */
    query: { side: optional(Schema.Literals(["320", "1600"])) },
    success: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "image/png" })),
    error: problems
  })
)
