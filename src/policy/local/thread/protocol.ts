/** What the thread of a local policy and its client say to each other. */
import type * as Effect from "effect/Effect"
import type { Device } from "../../../onnx/devices.ts"
import type { ExitCode } from "../../../pipeline/Errors.ts"
import type { Subject } from "../../../pipeline/run/services.ts"
import type { PolicyError } from "../../policyError.ts"
import type { Portable } from "../../portable.ts"
import type { Sampler } from "../../sampler.ts"
import type { AdamW, Trainer } from "../../trainer.ts"
import type { Training } from "../training/settings.ts"

/** What a local policy is made from; how it trains follows `defaults` where it is left out. */
export interface EngineConfig extends Partial<Training> {
  /** Model folder in Hugging Face layout. */
  readonly folder: string
  /** "folder": its safetensors; a number: random weights drawn from that seed, to train from scratch. */
  readonly weights: "folder" | number
  /** Threads of every session. */
  readonly threads: number
  /** "cpu" unless given. */
  readonly device?: Device
}

/** It has no losses of its own, and always tells the norm. */
type Teaching = Omit<Trainer["Service"], "bounded" | "step"> & {
  readonly step: (options: AdamW) => Effect.Effect<{ readonly gradientNorm: number }, PolicyError>
}

type Methods = Required<Sampler["Service"]> & Teaching & Omit<Portable["Service"], "trains"> & Subject["Service"]

type Promised<Method> = Method extends Effect.Effect<infer A, infer _E> ? () => Promise<A>
  : Method extends (...args: infer Args) => Effect.Effect<infer A, infer _E> ? (...args: Args) => Promise<A>
  : never

/** The calls of a policy with promises, for the worker thread that they block. */
export type Engine = { readonly [Name in keyof Methods]: Promised<Methods[Name]> }

/** A call of an engine in its worker thread. */
export interface Request {
  readonly id: number
  readonly method: string
  readonly args: ReadonlyArray<unknown>
}

/** Its result, or what went wrong. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | {
    readonly id: number
    readonly failure: {
      readonly operation: string
      readonly message: string
      readonly exitCode: ExitCode
      readonly everybodys?: boolean
    }
  }
