/** What the page asks about runs. */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { problems } from "../problems.ts"

const Time = Schema.NullOr(Schema.String)
const Id = Schema.FiniteFromString.check(Schema.isInt())

/** stopped: it says that it runs, and the process that ran it is gone. */
const Status = Schema.Literals(["planned", "running", "stopped", "done", "failed", "interrupted"])

export const RunRow = Schema.Struct({
  run: Schema.Int,
  variant: Schema.String,
  role: Schema.Literals(["variant", "baseline", "reference"]),
  seed: Schema.Int,
  status: Status,
  /** Whether it is of the study as it stands now. */
  current: Schema.Boolean,
  error: Schema.NullOr(Schema.String),
  startedAt: Time,
  endedAt: Time,
  stages: Schema.Int,
  /** Stages that were finished before it came to them. */
  reused: Schema.Int
}).annotate({ identifier: "RunRow" })

export const Stage = Schema.Struct({
  position: Schema.Int,
  /** What the stage is called in this run. */
  label: Schema.String,
  kind: Schema.String,
  name: Schema.String,
  status: Schema.Literals(["running", "done", "failed"]),
  reused: Schema.Boolean,
  fingerprint: Schema.String,
  /** What the fingerprint stands for, as JSON. */
  preimage: Schema.String,
  error: Schema.NullOr(Schema.String),
  startedAt: Schema.String,
  endedAt: Time,
  /** Weights that it keeps beside those it hands on, by their content. */
  kept: Schema.Array(Schema.Struct({
    role: Schema.Literals(["best", "last"]),
    step: Schema.Int,
    artifact: Schema.String,
    /** Whether later stages were given these. */
    used: Schema.Boolean
  }))
})

const Value = Schema.NullOr(Schema.Union([Schema.Boolean, Schema.Finite, Schema.String]))

export const Run = Schema.Struct({
  run: Schema.Int,
  experiment: Schema.String,
  variant: Schema.String,
  seed: Schema.Int,
  status: Status,
  current: Schema.Boolean,
  error: Schema.NullOr(Schema.String),
  startedAt: Time,
  endedAt: Time,
  stages: Schema.Array(Stage),
  /** The last value of each; null where it is not finite. */
  metrics: Schema.Array(Schema.Struct({
    scope: Schema.String,
    name: Schema.String,
    unit: Schema.String,
    value: Schema.NullOr(Schema.Finite)
  })),
  /** Config, by where it stands: "grpo.learningRate". */
  params: Schema.Record(Schema.String, Value),
  environment: Schema.Record(Schema.String, Value)
}).annotate({ identifier: "Run" })

export const Log = Schema.Struct({
  entries: Schema.Array(Schema.Struct({
    ordinal: Schema.Int,
    at: Schema.String,
    level: Schema.Literals(["debug", "info", "warn", "error"]),
    /** Null for the run itself. */
    stage: Schema.NullOr(Schema.String),
    message: Schema.String
  }))
}).annotate({ identifier: "Log" })

/** JSON of each side; null where it has nothing there. */
const Difference = Schema.Struct({
  path: Schema.String,
  left: Schema.NullOr(Schema.String),
  right: Schema.NullOr(Schema.String)
})

const Side = Schema.Struct({
  run: Schema.Int,
  experiment: Schema.String,
  variant: Schema.String,
  seed: Schema.Int,
  current: Schema.Boolean
})

export const RunDifference = Schema.Struct({
  left: Side,
  right: Side,
  params: Schema.Array(Difference),
  environment: Schema.Array(Difference),
  /** Stages of other fingerprints, by name. */
  stages: Schema.Array(Schema.Struct({
    label: Schema.String,
    only: Schema.NullOr(Schema.Literals(["left", "right"])),
    /** What the stage reads comes from other stages, or from other ones than in the other run. */
    upstream: Schema.Boolean,
    differences: Schema.Array(Difference)
  }))
}).annotate({ identifier: "RunDifference" })

export const runs = HttpApiGroup.make("runs").add(
  HttpApiEndpoint.get("list", "/api/runs", {
    query: { experiment: Schema.String },
    success: Schema.Array(RunRow),
    error: problems
  }),
  HttpApiEndpoint.get("one", "/api/runs/one", { query: { run: Id }, success: Run, error: problems }),
  HttpApiEndpoint.get("log", "/api/runs/log", { query: { run: Id }, success: Log, error: problems }),
  HttpApiEndpoint.get("difference", "/api/runs/difference", {
    query: { run: Id, other: Id },
    success: RunDifference,
    error: problems
  })
)
