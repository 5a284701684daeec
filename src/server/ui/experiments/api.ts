/** What the page asks about experiments. */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { problems } from "../problems.ts"

/** running: by a live process; stopped: begun, and nobody goes on; failed: ended with failed runs. */
export const Status = Schema.Literals(["planned", "running", "stopped", "failed", "done"])

/** A run that a live process is at. */
const Running = Schema.Struct({
  run: Schema.Int,
  variant: Schema.String,
  seed: Schema.Int,
  /** The stage that it is at; null between two. */
  stage: Schema.NullOr(Schema.String),
  /** Committed steps of that stage, of how many; null where it has none. */
  done: Schema.Int,
  of: Schema.NullOr(Schema.Int),
  /** When it will be done at the pace seen so far, ISO 8601; null while there is none. */
  endsAt: Schema.NullOr(Schema.String)
})

export const Experiment = Schema.Struct({
  name: Schema.String,
  question: Schema.String,
  /** The study's file, as it was named. */
  file: Schema.String,
  status: Status,
  variants: Schema.Int,
  /** All current runs: what is planned, done, failed, and under way. */
  runs: Schema.Int,
  done: Schema.Int,
  failed: Schema.Int,
  running: Schema.Array(Running),
  /** When all will be done at the pace seen so far, ISO 8601; null while there is none, or nothing runs. */
  endsAt: Schema.NullOr(Schema.String),
  /** When something of it last began, was committed or ended, ISO 8601; null before that. */
  changedAt: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Experiment" })

export const experiments = HttpApiGroup.make("experiments").add(
  HttpApiEndpoint.get("list", "/api/experiments", { success: Schema.Array(Experiment), error: problems })
)
