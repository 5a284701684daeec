/** Plans: the runs of a study, and of every stage whether it is finished, goes on, or runs. Planning runs nothing. */
import * as Effect from "effect/Effect"
import type { Experiment, Variant } from "../declare/Experiment.ts"
import type { Node } from "../declare/Node.ts"
import * as Paths from "../declare/Paths.ts"
import type { AnyPolicy } from "../declare/policyNode.ts"
import type { Until } from "../declare/Seeds.ts"
import { InvalidConfig, InvalidExperiment, NotCanonical, UnknownPath } from "../Errors.ts"
import type { JournalError } from "../run/journal.ts"
import { Ledger } from "../run/ledger.ts"
import type { ExperimentRecord, RunRecord } from "../run/Records.ts"
import { sha256, stringify } from "./Canonical.ts"
import { checkConstructors } from "./checkConstructors.ts"
import { checkKinds } from "./checkKinds.ts"
import { checkJudged } from "./checkJudged.ts"
import { checkNeeds } from "./checkNeeds.ts"
import * as CodeHash from "./CodeHash.ts"
import type { Fingerprint } from "./Fingerprint.ts"
import { heldBy, identifier, type Identity } from "./identity.ts"
import { type Placed, trace } from "./lineage.ts"
import * as Overrides from "./Overrides.ts"
import * as Selection from "./Selection.ts"
import { wanted } from "./openSeeds.ts"
import { metricCalled, tableRecord } from "./tableRecord.ts"

/** What is run of a study, and how it is changed. */
export interface Options {
  /** By path; they win over the scale's. */
  readonly overrides?: Overrides.Overrides | undefined
  readonly scale?: string | undefined
  /** Keep the variants that have the labels of one of these. */
  readonly only?: ReadonlyArray<{ readonly [axis: string]: string }> | undefined
  /** Instead of the study's. */
  readonly seeds?: ReadonlyArray<number> | undefined
  /** Stages to run again although they are finished, by name; what reads their results is run again, too. */
  readonly force?: ReadonlyArray<string> | undefined
}

/** Seeds by the name of a variant. */
type SeedsOf = (variant: string) => ReadonlyArray<number>

/** What will happen to a stage: `shared` waits for the run that executes it first. */
export type Status =
  | { readonly _tag: "finished" }
  | { readonly _tag: "resumes"; readonly step: number }
  | { readonly _tag: "runs" }
  | { readonly _tag: "shared"; readonly variant: string; readonly seed: number }

/** A stage of a run, and whether it is finished, goes on, or runs. */
export interface PlannedStage extends Placed {
  readonly forced: boolean
  readonly status: Status
}

/** One variant under one seed. */
export interface PlannedRun {
  readonly record: RunRecord
  readonly policy: AnyPolicy
  /** Of the policy before any stage changes it. */
  readonly initial: Fingerprint
  readonly stages: ReadonlyArray<PlannedStage>
}

/** The runs of a study with the state of each stage. */
export interface Plan {
  readonly experiment: Omit<ExperimentRecord, "file">
  /** In the order in which they are begun. */
  readonly runs: ReadonlyArray<PlannedRun>
  /** Whether these are all runs of the study, so that others under its name are out of date. */
  readonly complete: boolean
  /** Whether the study's rule may ask for more seeds once these are finished; then it is to be planned again. */
  readonly open: boolean
}

type Invalid = InvalidExperiment | InvalidConfig | UnknownPath

const isInvalid = (cause: unknown): cause is Invalid =>
  cause instanceof InvalidExperiment || cause instanceof InvalidConfig || cause instanceof UnknownPath

/** What of the study is to run, after overrides and selection, and the record of its table. */
const resolveStudy = (experiment: Experiment, options: Options) => {
  const seeds = options.seeds ?? experiment.seeds
  Selection.check(experiment, seeds)
  const scaled = Overrides.apply(experiment.variants, Selection.scale(experiment, options.scale)).variants
  const { overrides, variants } = Overrides.apply(scaled, options.overrides ?? {})
  const scale = options.scale === undefined ? "" : `@${options.scale}`
  const changed = { ...experiment, variants, name: `${experiment.name}${scale}${Overrides.inName(overrides)}` }
  checkNeeds(changed)
  checkKinds(changed)
  checkJudged(changed)
  return { experiment: changed, chosen: Selection.only(changed, options.only ?? []), seeds, table: tableRecord(changed) }
}

type Resolved = ReturnType<typeof resolveStudy>

/** Runs what may throw that a study is wrong. */
const orInvalid = <A>(work: () => A): Effect.Effect<A, Invalid> =>
  Effect.try({
    try: work,
    catch: (cause) => {
      if (isInvalid(cause)) return cause
      throw cause // a defect of ours, not of the study
    }
  })

const checkForced = (experiment: Experiment, force: ReadonlyArray<string>, stages: ReadonlyArray<Placed>) => {
  const known = [...new Set(stages.map(({ label }) => label))]
  const unknown = force.find((name) => !known.includes(name))
  return unknown === undefined ? Effect.void : Effect.fail(
    new InvalidExperiment({
      experiment: experiment.name,
      message: `${experiment.name}: no stage "${unknown}" to force; the stages are ${known.join(", ")}.`
    })
  )
}

/** What a policy and its parts read from elsewhere, beside their config, by the same paths: no pre-image of a stage has it. */
const contentsOf = (policy: Identity, path: string): RunRecord["params"] => {
  const own = policy.content === undefined ? [] : [{ path: `${path}.content`, value: policy.content }]
  const all = [...own, ...heldBy(policy).flatMap((part) => contentsOf(part, `${path}.${part.name}`))]
  return [...new Map(all.map((param) => [param.path, param])).values()]
}

/** A row of the table, as all its seeds have it. */
interface Row {
  readonly variant: Variant
  readonly policy: Identity
  readonly identities: ReadonlyArray<Identity>
  readonly params: RunRecord["params"]
}

const rowOf = (variant: Variant, identify: (node: Node) => Identity): Row => {
  const policy = identify(variant.policy)
  return {
    variant,
    policy,
    identities: variant.pipeline.stages.map(identify),
    params: [...Paths.params(Overrides.nodesOf(variant)), ...contentsOf(policy, "policy")]
  }
}

const runRecord = (experiment: string, { params, variant }: Row, seed: number, stages: ReadonlyArray<Placed>): RunRecord => ({
  experiment,
  variant: variant.name,
  seed,
  fingerprint: sha256(stringify([experiment, variant.name, seed, stages.map(({ fingerprint }) => fingerprint)])),
  params
})

/** Every row under its first seed, then under its second: so the whole table stands early, and each further seed narrows it. */
const bySeed = (rows: ReadonlyArray<Row>, seedsOf: (row: Row) => ReadonlyArray<number>) => {
  const seeds = rows.map(seedsOf)
  return Array.from({ length: Math.max(0, ...seeds.map(({ length }) => length)) }, (_, i) =>
    rows.flatMap((row, r) => i < seeds[r]!.length ? [{ row, seed: seeds[r]![i]! }] : [])).flat()
}

const planned = Effect.fnUntraced(function*(resolved: Resolved, options: Options, seedsOf: SeedsOf) {
  const ledger = yield* Ledger
  const nodes = resolved.chosen.flatMap(Overrides.nodesOf)
  const identify = yield* identifier(CodeHash.ofProcess, nodes)
  const force = options.force ?? []
  const rows = resolved.chosen.map((variant) => rowOf(variant, identify))
  const traced = yield* Effect.try({
    try: () => {
      checkConstructors(nodes, identify)
      return bySeed(rows, ({ variant }) => seedsOf(variant.name)).map(({ row, seed }) => {
        const { initial, placed } = trace(row.policy, row.variant.pipeline.stages, row.identities, seed)
        return { policy: row.variant.policy, initial, placed, record: runRecord(resolved.experiment.name, row, seed, placed) }
      })
    },
    catch: (cause) => {
      if (cause instanceof NotCanonical || cause instanceof InvalidConfig) return cause
      throw cause
    }
  })
  const finished = yield* ledger.finished([...new Set(traced.flatMap(({ placed }) => placed.map(({ fingerprint }) => fingerprint)))])
  const owners = new Map<string, Status>()

  const status = Effect.fnUntraced(function*(stage: Placed, forced: boolean, { seed, variant }: RunRecord): Effect.fn.Return<Status, JournalError> {
    const known = owners.get(stage.fingerprint)
    if (known !== undefined) return known
    const isFinished = !forced && finished.has(stage.fingerprint)
    owners.set(stage.fingerprint, isFinished ? { _tag: "finished" } : { _tag: "shared", variant, seed })
    if (isFinished) return { _tag: "finished" }
    const step = forced || stage.stage.steps === undefined ? undefined : yield* ledger.unfinishedStep(stage.fingerprint)
    return step === undefined ? { _tag: "runs" } : { _tag: "resumes", step }
  })

  const runs = yield* Effect.forEach(traced, Effect.fnUntraced(function*({ placed, record, ...run }) {
    const again = new Set<string>()
    const stages: Array<PlannedStage> = []
    for (const stage of placed) {
      // what reads a result that is made again is made again, too: it may come out otherwise
      const forced = force.includes(stage.label) || stage.inputs.some(({ fingerprint }) => again.has(fingerprint))
      if (forced) again.add(stage.fingerprint)
      stages.push({ ...stage, forced, status: yield* status(stage, forced, record) })
    }
    return { ...run, record, stages }
  }))
  yield* checkForced(resolved.experiment, force, runs.flatMap((run) => run.stages))
  const { name, question, variants } = resolved.experiment
  const result: Plan = {
    experiment: {
      name,
      question,
      table: resolved.table,
      variants: variants.map(({ cell, name, role }) => ({ cell, name, role }))
    },
    runs,
    complete: (options.only ?? []).length === 0 && options.seeds === undefined,
    open: false
  }
  return result
})

/** Values of a metric by row and seed, of the planned runs whose stage is finished. */
const valuesIn = Effect.fnUntraced(function*({ runs }: Plan, metric: { readonly scope: string; readonly name: string }) {
  const ledger = yield* Ledger
  const values = new Map<string, Map<number, number | null>>()
  for (const { record: { seed, variant }, stages } of runs) {
    const own = stages.find(({ label }) => label === metric.scope)
    const holder = own ?? stages.find(({ stage }) => stage.metrics.some(({ scope }) => scope === metric.scope))
    if (holder?.status._tag !== "finished") continue
    const value = yield* ledger.lastValue(holder.fingerprint, { name: metric.name, scope: own === undefined ? metric.scope : "" })
    if (value === undefined) continue
    values.set(variant, (values.get(variant) ?? new Map()).set(seed, value))
  }
  return values
})

/** Plans again and again, until what is finished asks for no more: so the plan is a function of the journal. */
const plannedUntil = Effect.fnUntraced(function*(resolved: Resolved, rule: Until, options: Options) {
  const { experiment } = resolved
  const { variants } = experiment
  const metric = yield* orInvalid(() => metricCalled(experiment, rule.metric, "Seeds.until"))
  const baseline = variants.find(({ role }) => role === "baseline")!.name // `Experiment.make` saw to it
  const compared = resolved.chosen.filter(({ role }) => role === "variant").map(({ name }) => name)
  // rows are compared with what is known of the baseline, also where only they are run
  const isChosen = resolved.chosen.some(({ name }) => name === baseline)
  const beside = isChosen ? undefined : { ...resolved, chosen: variants.filter(({ name }) => name === baseline) }
  let asked = wanted(rule, baseline, compared, new Map())
  for (;;) {
    const { seeds } = asked
    const seedsOf = (variant: string) => Array.from({ length: seeds(variant) }, (_, seed) => seed)
    const plan = yield* planned(resolved, { ...options, force: undefined }, seedsOf) // what is forced is known all the same
    const values = yield* valuesIn(plan, metric)
    const others = beside === undefined ? [] : yield* valuesIn(yield* planned(beside, {}, seedsOf), metric)
    const next = wanted(rule, baseline, compared, new Map([...values, ...others]))
    if (variants.every(({ name }) => next.seeds(name) === asked.seeds(name))) {
      return { ...(options.force === undefined ? plan : yield* planned(resolved, options, seedsOf)), open: next.open }
    }
    asked = next
  }
})

/**
 * Expands a study into its runs and says of every stage whether it is finished, goes on, or runs, without running
 * anything. With a rule for its seeds, these are the seeds that the rule asks for after all that is finished.
 *
 * Fails with `InvalidExperiment`, `UnknownPath` or `InvalidConfig` when the study or the options are wrong,
 * `CodeError` or a `ContentError` when code or files cannot be read, `JournalError`.
 */
export const plan = Effect.fn("Plan.plan")(function*(experiment: Experiment, options: Options = {}) {
  const resolved = yield* orInvalid(() => resolveStudy(experiment, options))
  const { until } = experiment
  return until === undefined || options.seeds !== undefined
    ? yield* planned(resolved, options, () => resolved.seeds)
    : yield* plannedUntil(resolved, until, options)
})
