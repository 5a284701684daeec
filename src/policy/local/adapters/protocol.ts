/** What the thread of a base with adapters is asked: models that share one set of weights, in token ids and images. */
import type { Chunk } from "../../../model/chunks.ts"
import type { HeadLora } from "../../../model/lora.ts"
import type { Device } from "../../../onnx/devices.ts"
import type { Key } from "../../../pipeline/Random.ts"
import type { Within } from "../graphs/pack.ts"
import type { Completion, SampleOptions } from "../../sampler.ts"
import type { AdamW } from "../../trainer.ts"

/** The weights that all share. */
export interface BaseConfig {
  /** Model folder in Hugging Face layout. */
  readonly folder: string
  /** Threads of every session. */
  readonly threads: number
  /** "cpu" unless given. */
  readonly device?: Device
}

/** What follows a prompt, and what is scored of it. */
export interface Scored {
  readonly prompt: ReadonlyArray<Chunk>
  /** Rows of the prompt, but for its last, and what is scored as predicted from each. They teach nothing. */
  readonly within: ReadonlyArray<Within>
  /** The tokens that follow the prompt; the last is read by nobody. */
  readonly tokens: ReadonlyArray<number>
  /** What is scored after the prompt and after each token but the last: as many as tokens. */
  readonly targets: ReadonlyArray<number>
  /** What the gradient of each target's log-probability is multiplied with; none where nothing is learnt. */
  readonly weights: ReadonlyArray<number>
}

export interface Asked {
  readonly prompt: ReadonlyArray<Chunk>
  readonly key: Key
}

export interface Drawing extends SampleOptions {
  /** Tokens that end a completion, and are its last. */
  readonly ends: ReadonlyArray<number>
}

/** A completion without its text. */
export type Drawn = Omit<Completion, "text">

/** Adapters by name; null is the base without one. Fails where a name is not known, and where memory is not enough. */
export interface Adapters {
  /** Fresh ones, drawn from a seed, which change nothing yet. */
  readonly create: (name: string, lora: HeadLora, seed: number) => Promise<void>
  readonly drop: (name: string) => Promise<void>
  /** log p of every target, then of those within the prompt; with `learn`, the gradient of sum(weights * log p) is added to what the adapter has accumulated. */
  readonly score: (name: string | null, sequences: ReadonlyArray<Scored>, learn: boolean) => Promise<ReadonlyArray<ReadonlyArray<number>>>
  /** Climbs the accumulated gradient by one step, clears it, and returns its norm before clipping. */
  readonly step: (name: string, options: AdamW) => Promise<{ readonly gradientNorm: number }>
  readonly save: (name: string, path: string, what: "weights" | "training") => Promise<void>
  /** Takes weights from a file of the same shape, and what the optimiser remembers where `optimizer` says so. */
  readonly load: (name: string, path: string, optimizer: boolean) => Promise<void>
  readonly sample: (name: string | null, asked: ReadonlyArray<Asked>, options: Drawing) => Promise<ReadonlyArray<ReadonlyArray<Drawn>>>
}
