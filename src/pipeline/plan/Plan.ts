import * as Effect from "effect/Effect"
import { sha256, stringify } from "./Canonical.ts"
import * as CodeHash from "./CodeHash.ts"
import { InvalidConfig, InvalidExperiment, NotCanonical, UnknownPath } from "../Errors.ts"
import type { Experiment, Variant } from "../declare/Experiment.ts"
import { identifier } from "./identity.ts"
import { Journal } from "../run/journal.ts"
import * as Overrides from "./Overrides.ts"
import * as Paths from "../declare/Paths.ts"
import { chain, type Link } from "./Lineage.ts"
import type { AnyPolicy } from "../declare/policyNode.ts"
import type { ExperimentRecord, RunRecord } from "../run/Records.ts"
import * as Select from "./Selection.ts"

export interface Options {
  /** By path; they win over the scale's. */
  readonly overrides?: Overrides.Overrides | undefined
  readonly scale?: string | undefined
  /** Keep the variants that have the labels of one of these. */
  readonly only?: ReadonlyArray<{ readonly [axis: string]: string }> | undefined
  /** Instead of the study's. */
  readonly seeds?: ReadonlyArray<number> | undefined
  /** Stages to run again although they are finished, by name. */
  readonly force?: ReadonlyArray<string> | undefined
}

/** What will happen to a stage: `shared` waits for the run that executes it first. */
export type Status =
  | { readonly _tag: "finished" }
  | { readonly _tag: "resumes"; readonly step: number }
  | { readonly _tag: "runs" }
  | { readonly _tag: "shared"; readonly variant: string; readonly seed: number }

export interface PlannedStage extends Link {
  readonly forced: boolean
  readonly status: Status
}

/** One variant under one seed. */
export interface PlannedRun {
  readonly record: RunRecord
  readonly policy: AnyPolicy
  readonly stages: ReadonlyArray<PlannedStage>
}

export interface Plan {
  readonly experiment: Omit<ExperimentRecord, "file">
  readonly runs: ReadonlyArray<PlannedRun>
  /** Whether these are all runs of the study, so that others under its name are out of date. */
  readonly complete: boolean
}

/** Hashes of a process stay right while it lives, as loaded modules do not change. */
const codeHash = CodeHash.make()

type Invalid = InvalidExperiment | InvalidConfig | UnknownPath

const isInvalid = (cause: unknown): cause is Invalid =>
  cause instanceof InvalidExperiment || cause instanceof InvalidConfig || cause instanceof UnknownPath

/** What of the study is to run, after overrides and selection. */
const settle = (experiment: Experiment, options: Options) => {
  const seeds = options.seeds ?? experiment.seeds
  Select.check(experiment, seeds)
  const scaled = Overrides.apply(experiment.variants, Select.scale(experiment, options.scale)).variants
  const { overrides, variants } = Overrides.apply(scaled, options.overrides ?? {})
  const scale = options.scale === undefined ? "" : `@${options.scale}`
  const changed = { ...experiment, variants, name: `${experiment.name}${scale}${Overrides.suffix(overrides)}` }
  return { experiment: changed, chosen: Select.only(changed, options.only ?? []), seeds }
}

const checkForced = (experiment: Experiment, force: ReadonlyArray<string>, links: ReadonlyArray<Link>) => {
  const known = [...new Set(links.map((link) => link.label))]
  const unknown = force.find((name) => !known.includes(name))
  return unknown === undefined ? Effect.void : Effect.fail(
    new InvalidExperiment({
      experiment: experiment.name,
      message: `${experiment.name}: no stage "${unknown}" to force; the stages are ${known.join(", ")}.`
    })
  )
}

const runRecord = (experiment: string, variant: Variant, seed: number, links: ReadonlyArray<Link>): RunRecord => ({
  experiment,
  variant: variant.name,
  seed,
  fingerprint: sha256(stringify([experiment, variant.name, seed, links.map((link) => link.fingerprint)])),
  params: Paths.params(Overrides.nodesOf(variant))
})

/**
 * Expands a study into its runs and says of every stage whether it is finished, goes on, or runs, without running
 * anything.
 *
 * Fails with `InvalidExperiment`, `UnknownPath` or `InvalidConfig` when the study or the options are wrong,
 * `CodeError` or a `ContentError` when code or files cannot be read, `JournalError`.
 */
export const plan = Effect.fn("Plan.plan")(function*(experiment: Experiment, options: Options = {}) {
  const settled = yield* Effect.try({
    try: () => settle(experiment, options),
    catch: (cause) => {
      if (isInvalid(cause)) return cause
      throw cause // a defect of ours, not of the study
    }
  })
  const journal = yield* Journal
  const identify = identifier(codeHash)
  const force = options.force ?? []
  const owners = new Map<string, Status>()
  const runs: Array<PlannedRun> = []

  const status = Effect.fnUntraced(function*(link: Link, forced: boolean, run: RunRecord) {
    const known = owners.get(link.fingerprint)
    if (known !== undefined) return known
    const finished = forced ? undefined : yield* journal.findStage(link.fingerprint)
    const step = finished !== undefined || forced ? undefined : yield* journal.unfinishedStep(link.fingerprint)
    const { seed, variant } = run
    owners.set(link.fingerprint, finished === undefined ? { _tag: "shared", variant, seed } : { _tag: "finished" })
    if (finished !== undefined) return { _tag: "finished" } as const
    return step === undefined ? { _tag: "runs" } as const : { _tag: "resumes", step } as const
  })

  for (const variant of settled.chosen) {
    const policy = yield* identify(variant.policy)
    const identities = yield* Effect.forEach(variant.pipeline.stages, (stage) => identify(stage))
    for (const seed of settled.seeds) {
      const links = yield* Effect.try({
        try: () => chain(policy, variant.pipeline.stages, identities, seed),
        catch: (cause) => {
          if (cause instanceof NotCanonical) return cause
          throw cause
        }
      })
      const record = runRecord(settled.experiment.name, variant, seed, links)
      const stages = yield* Effect.forEach(links, (link) => {
        const forced = force.includes(link.label)
        return Effect.map(status(link, forced, record), (status): PlannedStage => ({ ...link, forced, status }))
      })
      runs.push({ record, policy: variant.policy, stages })
    }
  }
  yield* checkForced(settled.experiment, force, runs.flatMap((run) => run.stages))
  const { name, question, table, variants } = settled.experiment
  const result: Plan = {
    experiment: { name, question, table, variants: variants.map(({ cell, name, role }) => ({ cell, name, role })) },
    runs,
    complete: (options.only ?? []).length === 0 && options.seeds === undefined
  }
  return result
})
