/** What is submitted: a study with what is run of it, and its cells. */
import { createHash } from "node:crypto"
import * as Schema from "effect/Schema"
import { stringify } from "../pipeline/plan/Canonical.ts"
import type { Json } from "../pipeline/json.ts"
import type * as Plan from "../pipeline/plan/Plan.ts"

const Source = Schema.Struct({
  /** Path of the study file, relative to its git repository; absolute where there is none. */
  file: Schema.String,
  commit: Schema.NullOr(Schema.String),
  /** Hash of package-lock.json. */
  lockfile: Schema.NullOr(Schema.String)
})
export type Source = typeof Source.Type

/** What every worker needs to know before it takes a cell. */
export const Content = Schema.Struct({
  experiment: Schema.String,
  source: Source,
  /** As the command line of the submitter had them. */
  options: Schema.Struct({
    overrides: Schema.Record(Schema.String, Schema.Unknown),
    scale: Schema.NullOr(Schema.String),
    only: Schema.Array(Schema.Record(Schema.String, Schema.String))
  }),
  /** Where stages generate files, as the submitter names it: data sets hold these paths. */
  generated: Schema.String,
  /** One seed of a cell. */
  seed: Schema.Finite,
  /** What all machines share as the submitter names it, and what stands there to be known by. */
  shared: Schema.Struct({ address: Schema.String, id: Schema.String }),
  /** For how many seconds a worker may be silent. */
  lease: Schema.Finite
})
export type Content = typeof Content.Type

/** One variant under one seed, as it goes through the queue. */
export const Cell = Schema.Struct({
  variant: Schema.String,
  seed: Schema.Finite,
  /** Of the run. */
  fingerprint: Schema.String,
  attempt: Schema.Finite,
  stages: Schema.Array(Schema.Struct({ label: Schema.String, fingerprint: Schema.String }))
})
export type Cell = typeof Cell.Type

export const cellOf = ({ record, stages }: Plan.PlannedRun, attempt: number): Cell => ({
  variant: record.variant,
  seed: record.seed,
  fingerprint: record.fingerprint,
  attempt,
  stages: stages.map(({ fingerprint, label }) => ({ label, fingerprint }))
})

/** The same study, code, options and folder are the same submission, which is taken up again. */
export const idOf = ({ lease: _, seed: __, ...content }: Content): string =>
  createHash("sha256").update(stringify(content as unknown as Json)).digest("hex").slice(0, 32)

/** The options that a worker plans one seed with. */
export const planOptions = ({ options: { only, overrides, scale } }: Content, seed: number): Plan.Options => ({
  only,
  overrides: overrides as Plan.Options["overrides"],
  scale: scale ?? undefined,
  seeds: [seed]
})
