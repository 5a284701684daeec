/** What a stage asks the engine for, in memory: to run one stage by itself. */
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Rows from "../pipeline/Rows.ts"
import type { SampleRecord } from "../pipeline/run/Records.ts"
import { Recorder, type Recording, Spool } from "../pipeline/run/services.ts"

/** Everything that a stage recorded, metrics and samples of nested stages by their scope: "watch/mAP". */
export interface Recorded {
  readonly recorder: Recording
  readonly metrics: Map<string, number>
  readonly samples: Array<SampleRecord>
  /** Scopes of the samples, in their order; "" for the stage's own. */
  readonly scopes: Array<string>
}

/** A recorder that remembers. */
export const recorded = (): Recorded => {
  const metrics = new Map<string, number>()
  const samples: Array<SampleRecord> = []
  const scopes: Array<string> = []
  const recorder = (scope: string): Recording => ({
    metric: (name, value) => void metrics.set(scope === "" ? name : `${scope}/${name}`, value),
    samples: (rows) => {
      samples.push(...rows)
      scopes.push(...rows.map(() => scope))
    },
    progress: () => {},
    within: recorder
  })
  return { recorder: recorder(""), metrics, samples, scopes }
}

/** The layer of a recorder: `Testing.recording(recorded)`. */
export const recording = ({ recorder }: Recorded): Layer.Layer<Recorder> => Layer.succeed(Recorder, recorder)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "assay-spool-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Keeps all rows in memory, however many; files that a stage asks for are gone with the layer. */
export const spool: Layer.Layer<Spool> = Layer.effect(
  Spool,
  Effect.map(folder, (path) => ({
    collect: <A, E, R>(chunks: Stream.Stream<ReadonlyArray<A>, E, R>) =>
      Effect.map(Stream.runCollect(chunks), (all) => Rows.of(all.flat())),
    file: Effect.sync(() => join(path, randomUUID()))
  }))
)
