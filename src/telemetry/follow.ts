/** What the journal writes down, told as spans and numbers: an experiment, its runs, their stages, the steps of a training. */
import type * as Tracer from "effect/Tracer"
import type { ExperimentRecord, LinkRecord, MetricValue, RunRecord, StageRecord, StepRecord } from "../pipeline/run/Records.ts"
import type { Numbers } from "./numbers.ts"
import type { Attributes, End, Spans } from "./spans.ts"

interface Experiment {
  readonly span: Tracer.Span
  /** Labels of its axes, by variant. */
  readonly cells: ReadonlyMap<string, Attributes>
}

interface Run extends Pick<RunRecord, "experiment" | "variant" | "seed"> {
  span?: Tracer.Span
}

interface Stage {
  readonly run: Run
  readonly label: string
  readonly span: Tracer.Span
  /** When its next step began: where the one before ended. */
  since: bigint
}

const cellsOf = ({ variants }: ExperimentRecord): Experiment["cells"] =>
  new Map(variants.map(({ cell, name }) =>
    [name, Object.fromEntries(Object.entries(cell).map(([axis, label]) => [`assay.cell.${axis}`, label]))]))

/** Metrics by their names, those of a nested evaluation behind its scope. NaN and infinities are left out. */
const measured = (metrics: ReadonlyArray<MetricValue>): Attributes =>
  Object.fromEntries(metrics.filter(({ value }) => Number.isFinite(value))
    .map(({ name, scope, value }) => [`assay.metric.${scope === "" ? name : `${scope}/${name}`}`, value]))

const wordOf = (how: End): string => typeof how === "string" ? how : "failed"

export const follower = (spans: Spans, numbers: Numbers) => {
  const experiments = new Map<string, Experiment>()
  const runs = new Map<number, Run>()
  const opened = new Map<number, StageRecord>()
  const stages = new Map<number, Stage>()

  /** Every span says which run it is of: whoever looks for slow steps finds them without their parents. */
  const ofRun = ({ experiment, seed, variant }: Run): Attributes => ({
    "assay.experiment": experiment,
    "assay.variant": variant,
    "assay.seed": seed,
    ...experiments.get(experiment)?.cells.get(variant)
  })

  /** A run begins with its first stage: all runs are written down before any of them begins. */
  const begun = (id: number, run: Run): Tracer.Span =>
    run.span ??= spans.begin(`run ${run.variant}, seed ${run.seed}`, experiments.get(run.experiment)?.span, { ...ofRun(run), "assay.run": id })

  const committed = ({ experiment, seed, variant }: Run, { metrics, samples }: StepRecord) => {
    const attributes = { "assay.experiment": experiment }
    numbers.add("rows", { ...attributes, table: "metric" }, metrics.length)
    numbers.add("rows", { ...attributes, table: "completion" }, samples.length)
    numbers.add("tokens", attributes, samples.reduce((sum, { tokenCount }) => sum + tokenCount, 0))
    const reward = metrics.find(({ name, scope }) => scope === "" && name === "reward")?.value
    if (reward === undefined || !Number.isFinite(reward)) return
    numbers.set("reward", { ...attributes, "assay.variant": variant, "assay.seed": String(seed) }, reward)
  }

  const ended = ({ experiment }: Run, label: string, how: string) =>
    numbers.add("stages", { "assay.experiment": experiment, "assay.stage": label, how })

  const endStage = (id: number, how: End, records?: StepRecord) => {
    const stage = stages.get(id)
    if (stage === undefined) return
    spans.end(stage.span, how, measured(records?.metrics ?? []))
    if (records !== undefined) committed(stage.run, records)
    ended(stage.run, stage.label, wordOf(how))
    stages.delete(id)
  }

  return {
    experiment: (record: ExperimentRecord): void => {
      const { file, name } = record
      // a study that asks for more seeds opens its experiment again
      const span = experiments.get(name)?.span ?? spans.begin(`experiment ${name}`, undefined, { "assay.experiment": name, "assay.file": file })
      experiments.set(name, { span, cells: cellsOf(record) })
    },
    run: (id: number, { experiment, seed, variant }: RunRecord): void => {
      runs.set(id, { experiment, seed, variant })
    },
    stage: (id: number, record: StageRecord): void => {
      opened.set(id, record)
    },
    link: ({ label, reused, run: id, stage }: LinkRecord): void => {
      const run = runs.get(id)
      if (run === undefined) return
      const parent = begun(id, run)
      if (reused) {
        parent.event("stage reused", spans.now(), { "assay.stage": label })
        return ended(run, label, "reused")
      }
      const record = opened.get(stage)
      opened.delete(stage)
      const what = record === undefined ? {} : { "assay.kind": record.kind, "assay.fingerprint": record.fingerprint }
      const span = spans.begin(`stage ${label}`, parent, { ...ofRun(run), "assay.stage": label, ...what })
      stages.set(stage, { run, label, span, since: spans.now() })
    },
    step: (id: number, record: StepRecord): void => {
      const stage = stages.get(id)
      if (stage === undefined) return
      const attributes = { ...ofRun(stage.run), "assay.stage": stage.label, "assay.step": record.step, ...measured(record.metrics) }
      spans.end(spans.begin("step", stage.span, attributes, stage.since), "done")
      stage.since = spans.now()
      committed(stage.run, record)
    },
    endStage,
    endRun: (id: number, how: End): void => {
      const run = runs.get(id)
      if (run?.span === undefined) return
      for (const [stage, { run: of }] of stages) if (of === run) endStage(stage, "interrupted")
      spans.end(run.span, how)
      numbers.add("runs", { "assay.experiment": run.experiment, how: wordOf(how) })
      runs.delete(id)
    },
    end: (): void => {
      for (const { span } of experiments.values()) spans.end(span, "done")
      experiments.clear()
    }
  }
}

export type Follower = ReturnType<typeof follower>
