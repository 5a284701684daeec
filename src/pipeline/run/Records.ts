import type { Json } from "../json.ts"

/** One completion with everything needed to judge it again. */
export interface SampleRecord {
  /** Position within its step, from 0. */
  readonly ordinal: number
  /** Id of the example that was asked about. */
  readonly example: string
  readonly prompt: string
  readonly completion: string
  readonly solution: string
  readonly tokenCount: number
  readonly finishReason: "stop" | "length"
  /** Path of the image file, original size and size as the model saw it, in pixels. */
  readonly image: string
  readonly width: number
  readonly height: number
  readonly inputWidth: number
  readonly inputHeight: number
  readonly rewards: ReadonlyArray<{ readonly part: string; readonly value: number; readonly error?: string | undefined }>
  readonly boxes: ReadonlyArray<{
    readonly role: "true" | "predicted"
    readonly label: string
    readonly space: "original" | "resized" | "thousand"
    readonly x1: number
    readonly y1: number
    readonly x2: number
    readonly y2: number
  }>
}

export interface Artifact {
  /** sha256 of the content, hexadecimal; also its place under the object folder. */
  readonly hash: string
  readonly bytes: number
  readonly mediaType: string
}

export interface Environment {
  /** Flat facts about program and machine: git.commit, git.diff, lockfile, node, cpu, cores, threads, package versions... */
  readonly facts: { readonly [key: string]: string | number }
}

export interface ExperimentRecord {
  /** Unique; carries the scale and overrides it ran under, so that different settings never share a table. */
  readonly name: string
  readonly question: string
  readonly file: string
  /** In table order. */
  readonly variants: ReadonlyArray<{
    readonly name: string
    readonly cell: { readonly [axis: string]: string }
    /** "baseline" is what `paired` compares with, "reference" is an untrained row such as the base model. */
    readonly role: "variant" | "baseline" | "reference"
  }>
  /** How to print its table: row axis, metrics, published figures. */
  readonly table: Json
}

export interface RunRecord {
  readonly experiment: string
  readonly variant: string
  readonly seed: number
  /** Fingerprint of the run's last stage: a changed study makes a new run and the old one stops being current. */
  readonly fingerprint: string
  /** Flattened config: path to scalar. */
  readonly params: ReadonlyArray<{ readonly path: string; readonly value: null | boolean | number | string }>
}

export interface StageRecord {
  readonly fingerprint: string
  readonly kind: string
  readonly name: string
  readonly config: Json
  /** Canonical JSON that the fingerprint is the hash of. */
  readonly preimage: string
  /** Fingerprints of the stages whose results this one reads, by role ("input", "subject"). */
  readonly inputs: ReadonlyArray<{ readonly role: string; readonly fingerprint: string }>
}

export interface StepRecord {
  readonly step: number
  readonly metrics: ReadonlyArray<readonly [name: string, value: number]>
  readonly samples: ReadonlyArray<SampleRecord>
  /** Training state after this step, when one was due. */
  readonly checkpoint?: Artifact | undefined
}
