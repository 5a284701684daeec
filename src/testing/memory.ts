/** A memory of everything that was journaled, for tests to look at, and the services of the engine that keep it. */
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "../pipeline/declare/Metric.ts"
import { agree, stateOf } from "../pipeline/plan/state.ts"
import { Artifacts } from "../pipeline/run/artifacts.ts"
import * as Claims from "../pipeline/run/Claims.ts"
import { Journal, type OpenedRun, type StageResult } from "../pipeline/run/journal.ts"
import { type FinishedStage, Ledger, oneByOne } from "../pipeline/run/ledger.ts"
import type { Artifact, Environment, ExperimentRecord, LinkRecord, RunRecord, StageRecord, StepRecord } from "../pipeline/run/Records.ts"
import { Generated } from "../pipeline/run/services.ts"

/** A stage execution. */
export interface MemoryStage {
  readonly id: number
  readonly record: StageRecord
  status: "running" | "finished" | "failed"
  error?: string
  steps: Array<StepRecord>
  result?: FinishedStage
  kept: StageResult["kept"]
  /** By key, those of which nothing is committed yet. */
  readonly answers: Map<string, string>
  /** What it found out about its environment. */
  facts?: Environment["facts"]
}

/** A run, and its stages by position. */
export interface MemoryRun {
  readonly id: number
  readonly record: RunRecord
  status: "planned" | "running" | "done" | "failed" | "interrupted"
  error?: string | undefined
  retired: boolean
  readonly links: Map<number, LinkRecord>
}

/** It outlives its layer, as a database outlives a process. */
export class Memory {
  readonly experiments: Array<ExperimentRecord> = []
  readonly runs: Array<MemoryRun> = []
  readonly stages: Array<MemoryStage> = []
  /** Called after each committed step; an interrupt from it stands for a kill. */
  onCommit: (stage: MemoryStage, step: number) => Effect.Effect<void> = () => Effect.void
  readonly folder: string
  private files = 0

  /** `folder` gets the artifacts, and is made where it is not there. */
  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** The first execution of a stage of this name. Throws where there is none. */
  stage(name: string): MemoryStage {
    const found = this.stages.find((stage) => stage.record.name === name)
    if (found === undefined) throw new Error(`no stage "${name}" was executed`)
    return found
  }

  pathOf(artifact: Artifact): string {
    return join(this.folder, artifact.hash)
  }

  store(mediaType: string, temporary: string): Artifact {
    const content = readFileSync(temporary)
    const artifact = { hash: createHash("sha256").update(content).digest("hex"), bytes: content.length, mediaType }
    renameSync(temporary, this.pathOf(artifact))
    return artifact
  }

  temporary(): string {
    return join(this.folder, `new-${this.files++}`)
  }
}

const byFingerprint = (memory: Memory, fingerprint: string) =>
  memory.stages.find((stage) => stage.record.fingerprint === fingerprint)

const usable = (memory: Memory, artifact: Artifact | undefined) =>
  artifact === undefined || existsSync(memory.pathOf(artifact))

const bestOf = ({ steps }: MemoryStage, until: number) => steps.findLast(({ best, step }) => best !== undefined && step <= until)

const checkpointOf = (memory: Memory, stage: MemoryStage) => {
  const found = stage.steps.findLast(({ checkpoint, step }) =>
    checkpoint !== undefined && usable(memory, checkpoint) && usable(memory, bestOf(stage, step)?.best?.artifact))
  return found === undefined ? undefined : { step: found.step, artifact: found.checkpoint! }
}

const findStage = (memory: Memory) => (fingerprint: string) =>
  Effect.sync(() => {
    const stage = byFingerprint(memory, fingerprint)
    if (stage?.status !== "finished" || stage.result === undefined) return undefined
    return usable(memory, stage.result.output) && usable(memory, stage.result.subject) ? stage.result : undefined
  })

const ledger = (memory: Memory): Ledger["Service"] => ({
  findStage: findStage(memory),
  finished: oneByOne(findStage(memory)),
  unfinishedStep: (fingerprint) =>
    Effect.sync(() => {
      const stage = byFingerprint(memory, fingerprint)
      return stage === undefined || stage.status === "finished" ? undefined : checkpointOf(memory, stage)?.step
    }),
  lastValue: (fingerprint, { name, scope }) =>
    Effect.sync(() => {
      const stage = byFingerprint(memory, fingerprint)
      if (stage?.status !== "finished") return undefined
      const found = stage.steps.flatMap(({ metrics }) => metrics).findLast((metric) => metric.name === name && metric.scope === scope)
      return found === undefined ? undefined : Number.isFinite(found.value) ? found.value : null
    }),
  curve: (fingerprint, metric) =>
    Effect.sync(() => {
      const stage = byFingerprint(memory, fingerprint)
      if (stage?.status !== "finished") return []
      return stage.steps.flatMap(({ metrics, step }) =>
        metrics.flatMap((one) => Metric.fullName(one) === metric ? [{ step, value: Number.isFinite(one.value) ? one.value : null }] : []))
    })
})

/** The fiber is stopped as from outside. */
const killed = Effect.withFiber<never>((fiber) => {
  fiber.interruptUnsafe()
  return Effect.never
})

const stageMethods = (memory: Memory) => {
  const byId = (id: number) => memory.stages[id - 1]!
  return {
    openStage: (record: StageRecord) =>
      Effect.sync(() => {
        const known = byFingerprint(memory, record.fingerprint)
        if (known === undefined) {
          memory.stages.push({ id: memory.stages.length + 1, record, status: "running", steps: [], kept: undefined, answers: new Map() })
          return memory.stages.length
        }
        if (known.status === "finished") known.steps = []
        delete known.result
        known.status = "running"
        return known.id
      }),
    commitStep: (id: number, step: StepRecord) =>
      Effect.suspend(() => {
        byId(id).steps.push(step)
        if (step.checkpoint !== undefined) byId(id).answers.clear()
        return Effect.catchCauseIf(memory.onCommit(byId(id), step.step), Cause.hasInterruptsOnly, () => killed)
      }),
    commitSteps: (id: number, steps: ReadonlyArray<StepRecord>) => Effect.sync(() => void byId(id).steps.push(...steps)),
    lastCheckpoint: (id: number) => Effect.sync(() => checkpointOf(memory, byId(id))),
    bestWeights: (id: number) =>
      Effect.sync(() => {
        const found = bestOf(byId(id), Infinity)
        return found === undefined ? undefined : { step: found.step, ...found.best! }
      }),
    rewind: (id: number, step: number) =>
      Effect.sync(() => {
        byId(id).steps = byId(id).steps.filter((record) => record.step <= step)
      }),
    closeStage: (id: number, { kept, output, records, subject }: StageResult) =>
      Effect.sync(() => {
        const stage = byId(id)
        if (records !== undefined) stage.steps = [records]
        stage.status = "finished"
        stage.kept = kept
        stage.answers.clear()
        stage.result = { id, output, subject }
      }),
    findAnswer: (id: number, key: string) => Effect.sync(() => byId(id).answers.get(key)),
    keepAnswer: (id: number, key: string, answer: string) => Effect.sync(() => void (byId(id).answers.has(key) || byId(id).answers.set(key, answer))),
    forgetAnswers: (id: number) => Effect.sync(() => byId(id).answers.clear()),
    noteFacts: (id: number, facts: Environment["facts"]) =>
      Effect.sync(() => {
        byId(id).facts = { ...byId(id).facts, ...facts }
      }),
    failStage: (id: number, error: string) =>
      Effect.sync(() => {
        byId(id).status = "failed"
        byId(id).error = error
      })
  }
}

const openRun = (memory: Memory, record: RunRecord): number => {
  const known = memory.runs.find((run) => run.record.fingerprint === record.fingerprint)
  if (known !== undefined) {
    known.status = "planned"
    known.retired = false
    known.links.clear()
    return known.id
  }
  const id = memory.runs.length + 1
  memory.runs.push({ id, record, status: "planned", retired: false, links: new Map() })
  return id
}

/** Opens runs; those of their variants that are of another state of the study are retired. */
const openRuns = (memory: Memory, runs: ReadonlyArray<OpenedRun>): ReadonlyArray<number> => {
  const ids = runs.map(({ record }) => openRun(memory, record))
  for (const { record: { experiment, variant }, stages } of runs) {
    if (stages === undefined) continue
    const state = stateOf(stages, true)
    for (const run of memory.runs) {
      if (run.record.experiment !== experiment || run.record.variant !== variant || ids.includes(run.id)) continue
      const links = [...run.links.values()].sort((a, b) => a.position - b.position)
      if (!agree(state, stateOf(links.map(({ stage }) => memory.stages[stage - 1]!.record), run.status === "done"))) run.retired = true
    }
  }
  return ids
}

const runMethods = (memory: Memory) => ({
  openExperiment: (record: ExperimentRecord) => Effect.sync(() => memory.experiments.push(record)),
  openRun: (record: RunRecord) => Effect.sync(() => openRun(memory, record)),
  openRuns: (runs: ReadonlyArray<OpenedRun>) => Effect.sync(() => openRuns(memory, runs)),
  isDone: (id: number, stages: ReadonlyArray<{ readonly fingerprint: string; readonly label: string }>) =>
    Effect.sync(() => {
      const { links, status } = memory.runs[id - 1]!
      return status === "done" && links.size === stages.length && stages.every(({ fingerprint, label }, position) => {
        const link = links.get(position)
        return link?.label === label && memory.stages[link.stage - 1]!.record.fingerprint === fingerprint
      })
    }),
  retireRuns: (experiment: string, keep: ReadonlyArray<number>) =>
    Effect.sync(() => {
      for (const run of memory.runs) run.retired = run.record.experiment === experiment && !keep.includes(run.id)
    }),
  closeRun: (id: number, status: "done" | "failed" | "interrupted", error?: string) =>
    Effect.sync(() => {
      memory.runs[id - 1]!.status = status
      memory.runs[id - 1]!.error = error
    }),
  linkStage: (link: LinkRecord) =>
    Effect.sync(() => {
      memory.runs[link.run - 1]!.links.set(link.position, link)
    })
})

const artifacts = (memory: Memory): Artifacts["Service"] => ({
  put: (mediaType, write) => {
    const path = memory.temporary()
    return Effect.map(write(path), () => memory.store(mediaType, path))
  },
  fetch: (artifact) => Effect.sync(() => memory.pathOf(artifact)),
  putText: (mediaType, text) =>
    Effect.sync(() => {
      const path = memory.temporary()
      writeFileSync(path, text)
      return memory.store(mediaType, path)
    }),
  text: (artifact) => Effect.sync(() => readFileSync(memory.pathOf(artifact), "utf8"))
})

/** Everything that a plan and its runner rest on, with records in memory and artifacts in the memory's folder. */
export const layer = (memory: Memory): Layer.Layer<Ledger | Journal | Artifacts | Claims.Claims | Generated> =>
  Layer.mergeAll(
    Layer.succeed(Ledger, ledger(memory)),
    Layer.succeed(Journal, { ...runMethods(memory), ...stageMethods(memory) }),
    Layer.succeed(Artifacts, artifacts(memory)),
    Claims.memory,
    Layer.succeed(Generated, { folder: memory.folder })
  )
