import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import type { Experiment } from "../pipeline/declare/Experiment.ts"
import * as Grid from "../pipeline/declare/Grid.ts"
import { Journal, JournalError } from "../pipeline/run/journal.ts"
import type { Json } from "../pipeline/json.ts"
import { names } from "../pipeline/declare/Paths.ts"
import type * as Plan from "../pipeline/plan/Plan.ts"
import * as Store from "../store/index.ts"
import { folders } from "./database.ts"
import { type Failure, usage } from "./Failure.ts"
import { unknownName } from "./near.ts"

/** The words of the command line that choose and change the runs of a study. */
export interface Options {
  readonly file: string
  readonly set: ReadonlyArray<{ readonly path: string; readonly value: Json }>
  readonly only: ReadonlyArray<{ readonly axis: string; readonly label: string }>
  readonly seeds: Option.Option<ReadonlyArray<number>>
  readonly scale: Option.Option<string>
  readonly force: ReadonlyArray<string>
  readonly db: string
}

/** Labels of one axis add up, different axes narrow down. */
export const patterns = (only: Options["only"]): ReadonlyArray<{ readonly [axis: string]: string }> => {
  if (only.length === 0) return []
  const byAxis = Map.groupBy(only, ({ axis }) => axis)
  return Grid.product(
    Object.fromEntries([...byAxis].map(([axis, all]) => [axis, [...new Set(all.map(({ label }) => label))]]))
  )
}

/** The first word of the options that the study does not know, as a usage error with what comes near it. */
const mistake = (experiment: Experiment, options: Options): Failure | undefined => {
  const known = Object.keys(experiment.axes)
  const scales = Object.keys(experiment.scales)
  const stages = [...new Set(experiment.variants.flatMap((variant) => names(variant.pipeline.stages)))]
  const scale = Option.getOrUndefined(options.scale)
  if (scale !== undefined && !scales.includes(scale)) return usage(unknownName("scale", scale, scales))
  for (const { axis, label } of options.only) {
    const labels = experiment.axes[axis]
    if (labels === undefined) return usage(unknownName("axis", axis, known))
    if (!labels.includes(label)) return usage(unknownName(`label of axis "${axis}" called`, label, labels))
  }
  const stage = options.force.find((name) => !stages.includes(name))
  return stage === undefined ? undefined : usage(unknownName("stage to force called", stage, stages))
}

/** The options as the engine takes them, or a usage error. */
export const planOptions = (experiment: Experiment, options: Options): Effect.Effect<Plan.Options, Failure> => {
  const wrong = mistake(experiment, options)
  return wrong !== undefined ? Effect.fail(wrong) : Effect.succeed({
    overrides: Object.fromEntries(options.set.map(({ path, value }) => [path, value])),
    scale: Option.getOrUndefined(options.scale),
    only: patterns(options.only),
    seeds: Option.getOrUndefined(options.seeds),
    force: options.force
  })
}

const untouched = (operation: string) => () =>
  Effect.fail(new JournalError({ operation, message: `Planning does not write, yet asked to ${operation}.` }))

/** A journal that remembers nothing, to plan with where there is no database yet. */
const empty: Layer.Layer<Journal> = Layer.succeed(Journal, {
  openExperiment: untouched("open an experiment"),
  openRun: untouched("open a run"),
  retireRuns: untouched("retire runs"),
  closeRun: untouched("close a run"),
  findStage: () => Effect.undefined,
  unfinishedStep: () => Effect.undefined,
  openStage: untouched("open a stage"),
  linkStage: untouched("link a stage"),
  commitStep: untouched("commit a step"),
  lastCheckpoint: () => Effect.undefined,
  rewind: untouched("rewind a stage"),
  closeStage: untouched("close a stage"),
  failStage: untouched("fail a stage"),
  putArtifact: untouched("store an artifact"),
  artifactPath: () => ""
})

/** The journal of a database, which is created when it is not there. */
export const journal = (db: string): Layer.Layer<Journal, Store.StoreError> =>
  Store.layer({ file: db, objects: folders(db).objects })

/** The journal to plan with: creates nothing. */
export const journalForPlan = (db: string): Layer.Layer<Journal, Store.StoreError> =>
  fs.existsSync(db) ? journal(db) : empty
