/** What is written down: the records that journal and ledger take and give. They know no images, models or tasks. */
import type { Declared } from "../declare/Metric.ts"
import type { Json } from "../json.ts"

/** One completion with everything needed to judge it again. */
export interface SampleRecord {
  /** Position within its step and scope, from 0. */
  readonly ordinal: number
  /** Id of the example that was asked about. */
  readonly example: string
  readonly prompt: string
  readonly completion: string
  readonly solution: string
  /** 0 where nobody counted: then it is left out of the statistics of lengths. */
  readonly tokenCount: number
  readonly finishReason: "stop" | "length"
  readonly rewards: ReadonlyArray<{ readonly part: string; readonly value: number; readonly error?: string | undefined }>
  /** What else the task keeps of it, such as its image and sizes. */
  readonly details: Json
  /** Rows of tables that belong to the task, such as its boxes: by table, then one object of columns a row. */
  readonly tables?: { readonly [table: string]: ReadonlyArray<TableRow> }
}

export type TableRow = { readonly [column: string]: string | number | null }

/** A sample with the nested stage that it comes from; "" for the stage's own. */
export interface ScopedSample extends SampleRecord {
  readonly scope: string
}

/** A number of a step; the same rule for `scope`. */
export interface MetricValue {
  readonly scope: string
  readonly name: string
  readonly value: number
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

/** How an experiment's table is printed. */
export interface TableRecord {
  /** The axis that rows are called by; undefined: rows go by the variant's name. */
  readonly rows?: string | undefined
  /** In order, as the study names them, with what each name was found to mean when the study was planned. */
  readonly metrics: ReadonlyArray<{ readonly title: string; readonly scope: string; readonly name: string }>
  /** Figures to print beside the measured ones, by row and in the order of the metrics. */
  readonly published: { readonly [row: string]: ReadonlyArray<number | null> }
  /** How often the results are looked at, by a rule that may then stop: what differences are corrected for. */
  readonly looks?: number | undefined
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
  readonly table: TableRecord
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
  /** What it may record; metrics beyond these are kept without unit and direction. */
  readonly metrics: ReadonlyArray<Declared>
}

/** A stage at its place in a run. */
export interface LinkRecord {
  readonly run: number
  readonly position: number
  readonly stage: number
  /** Name of the stage within the run, by which its metrics go. */
  readonly label: string
  /** It was finished before this run came to it. */
  readonly reused: boolean
}

/** State of the policy that a loop keeps beside what it hands on: its best or its last. */
export interface KeptRecord {
  readonly role: "best" | "last"
  /** After which step. */
  readonly step: number
  readonly artifact: Artifact
}

export interface StepRecord {
  readonly step: number
  readonly metrics: ReadonlyArray<MetricValue>
  readonly samples: ReadonlyArray<ScopedSample>
  /** Training state after this step, when one was due. */
  readonly checkpoint?: Artifact | undefined
  /** Weights after this step, when they are the best so far by the metric that the loop goes by, and its value. */
  readonly best?: { readonly artifact: Artifact; readonly value: number } | undefined
}
