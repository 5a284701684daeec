import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type FinishedStage, Journal } from "../../src/pipeline/run/journal.ts"
import type { Artifact, ExperimentRecord, RunRecord, StageRecord, StepRecord } from "../../src/pipeline/run/Records.ts"

export interface MemoryStage {
  readonly id: number
  readonly record: StageRecord
  status: "running" | "finished" | "failed"
  error?: string
  steps: Array<StepRecord>
  result?: FinishedStage
}

export interface MemoryRun {
  readonly id: number
  readonly record: RunRecord
  status: "planned" | "running" | "done" | "failed" | "interrupted"
  error?: string | undefined
  retired: boolean
  readonly links: Map<number, { readonly stage: number; readonly reused: boolean }>
}

/** Everything that was journaled, for tests to look at. It outlives the layer, as a database outlives a process. */
export class Memory {
  readonly experiments: Array<ExperimentRecord> = []
  readonly runs: Array<MemoryRun> = []
  readonly stages: Array<MemoryStage> = []
  /** Called after each committed step. */
  onCommit: (stage: MemoryStage, step: number) => Effect.Effect<void> = () => Effect.void
  readonly folder: string
  private files = 0

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
  }

  stage(name: string): MemoryStage {
    return this.stages.find((stage) => stage.record.name === name)!
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

const stageMethods = (memory: Memory) => {
  const byId = (id: number) => memory.stages[id - 1]!
  const byFingerprint = (fingerprint: string) => memory.stages.find((stage) => stage.record.fingerprint === fingerprint)
  const usable = (artifact: Artifact | undefined) => artifact === undefined || existsSync(memory.pathOf(artifact))
  const lastCheckpoint = (stage: MemoryStage) => {
    const found = stage.steps.findLast((step) => step.checkpoint !== undefined && usable(step.checkpoint))
    return found === undefined ? undefined : { step: found.step, artifact: found.checkpoint! }
  }
  return {
    findStage: (fingerprint: string) =>
      Effect.sync(() => {
        const stage = byFingerprint(fingerprint)
        if (stage?.status !== "finished" || stage.result === undefined) return undefined
        return usable(stage.result.output) && usable(stage.result.subject) ? stage.result : undefined
      }),
    unfinishedStep: (fingerprint: string) =>
      Effect.sync(() => {
        const stage = byFingerprint(fingerprint)
        return stage === undefined || stage.status === "finished" ? undefined : lastCheckpoint(stage)?.step
      }),
    openStage: (record: StageRecord) =>
      Effect.sync(() => {
        const known = byFingerprint(record.fingerprint)
        if (known === undefined) {
          memory.stages.push({ id: memory.stages.length + 1, record, status: "running", steps: [] })
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
        return memory.onCommit(byId(id), step.step)
      }),
    lastCheckpoint: (id: number) => Effect.sync(() => lastCheckpoint(byId(id))),
    rewind: (id: number, step: number) =>
      Effect.sync(() => {
        byId(id).steps = byId(id).steps.filter((record) => record.step <= step)
      }),
    closeStage: (id: number, { output, records, subject }: Parameters<Journal["Service"]["closeStage"]>[1]) =>
      Effect.sync(() => {
        if (records !== undefined) byId(id).steps = [records]
        byId(id).status = "finished"
        byId(id).result = { id, output, subject }
      }),
    failStage: (id: number, error: string) =>
      Effect.sync(() => {
        byId(id).status = "failed"
        byId(id).error = error
      })
  }
}

const runMethods = (memory: Memory) => ({
  openExperiment: (record: ExperimentRecord) => Effect.sync(() => memory.experiments.push(record)),
  openRun: (record: RunRecord) =>
    Effect.sync(() => {
      const known = memory.runs.find((run) => run.record.fingerprint === record.fingerprint)
      if (known !== undefined) {
        known.status = "planned"
        known.links.clear()
        return known.id
      }
      const id = memory.runs.length + 1
      memory.runs.push({ id, record, status: "planned", retired: false, links: new Map() })
      return id
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
  linkStage: (run: number, position: number, stage: number, reused: boolean) =>
    Effect.sync(() => {
      memory.runs[run - 1]!.links.set(position, { stage, reused })
    })
})

/** A journal that keeps records in memory and artifacts in a folder. */
export const layer = (memory: Memory): Layer.Layer<Journal> =>
  Layer.succeed(Journal, {
    ...runMethods(memory),
    ...stageMethods(memory),
    putArtifact: (mediaType, write) => {
      const path = memory.temporary()
      return Effect.map(write(path), () => memory.store(mediaType, path))
    },
    artifactPath: (artifact) => memory.pathOf(artifact)
  })
