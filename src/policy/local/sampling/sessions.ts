/** The sessions that sample, and what they are fed of a model. */
import type { Architecture } from "../../../model/architecture.ts"
import * as Parameters from "../../../model/Parameters.ts"
import type { Graph } from "../../../onnx/Graph.ts"
import { float32, type Session } from "../../../onnx/session.ts"
import { decode } from "../graphs/decode.ts"
import type { NextToken } from "../graphs/Decoder.ts"
import type { Feeds } from "../graphs/pack.ts"
import { prefill } from "../graphs/prefill.ts"
import type { ParameterSet } from "../training/partition.ts"

/** Rows that are decoded together: wide enough for full speed, small enough for the cache to stay in megabytes. */
export const decodeRows = 64

/** Made when it is asked for, and once; a failure, as for want of memory, may be over when it is asked for again. */
export const lazily = <A>(make: () => Promise<A>): () => Promise<A> => {
  let made: Promise<A> | undefined
  return () => (made ??= make().catch((cause: unknown) => {
    made = undefined
    throw cause
  }))
}

/** Feeds of all parameters in `flat`. */
export const parameterFeeds = (flat: Float32Array, at: Parameters.Layout): Feeds =>
  Object.fromEntries(at.specs.map((spec) => [spec.name, float32(Parameters.view(flat, at, spec), spec.shape)]))

/** Those of the decoder alone. */
export const decoderFeeds = (all: Feeds, { specs }: ParameterSet): Feeds =>
  Object.fromEntries(specs.filter((spec) => !Parameters.isVision(spec)).map(({ name }) => [name, all[name]!] as const))

/** The sessions that sample, each compiled when it is needed for the first time. */
export const samplersOf = (model: Architecture, parts: ParameterSet, tell: NextToken, compile: (graph: Graph) => Promise<Session>) => ({
  prefill: {
    images: lazily(() => compile(prefill(model, parts, true, tell))),
    text: lazily(() => compile(prefill(model, parts, false, tell)))
  },
  decode: lazily(() => compile(decode(model, parts, tell)))
})
