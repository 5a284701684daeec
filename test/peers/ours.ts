import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Random from "../../src/pipeline/Random.ts"
import { make as makeEncoder } from "../../src/model/encode.ts"
import { make as makeEngine } from "../../src/policy/local/thread/engine.ts"
import { load as loadFolder } from "../../src/model/modelConfig.ts"
import type { EncodedPrompt } from "../../src/model/encode.ts"
import type { TensorSpec } from "../../src/model/Parameters.ts"
import * as Safetensors from "../../src/model/Safetensors.ts"
import { load as loadText } from "../../src/model/modelText.ts"
import type { Prepared } from "./prepare.ts"

/** What the local policy makes of a case. */
export interface Outcome {
  readonly prompts: ReadonlyArray<EncodedPrompt>
  readonly rendered: ReadonlyArray<string>
  /** Of every sequence. */
  readonly logprobs: ReadonlyArray<ReadonlyArray<number>>
  /** Likeliest continuation of every question, `greedyTokens` long at most. */
  readonly greedy: ReadonlyArray<ReadonlyArray<number>>
  /** Where its training state lies. */
  readonly checkpoint: string
  /** Gradient of the mean log-probability over all tokens, by tensor. */
  readonly gradients: ReadonlyArray<TensorSpec & { readonly data: Float32Array }>
}

export const greedyTokens = 16

export const ours = async ({ adapters, folder, questions, sequences }: Prepared): Promise<Outcome> => {
  const engine = await makeEngine({ folder, weights: "folder", threads: 1, lora: adapters?.lora ?? null })
  if (adapters) await engine.load(adapters.file)
  const encoder = await Effect.runPromise(Effect.gen(function*() {
    const { model, preprocessor } = yield* loadFolder(folder)
    return makeEncoder(model, preprocessor, yield* loadText(folder))
  }))
  const logprobs = await engine.logprobs(sequences, "current")
  const keyed = questions.map((question, i) => ({ ...question, key: Random.key(i) }))
  const options = { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens: greedyTokens }
  const sampled = await engine.sample(keyed, options)
  const tokens = sequences.reduce((sum, sequence) => sum + sequence.tokens.length, 0)
  await engine.backward(sequences, sequences.map((sequence) => sequence.tokens.map(() => 1 / tokens)))
  // With beta1 at 0 and no clipping, what the optimiser remembers first is the gradient itself.
  const unclipped = { learningRate: 0, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0, maxGradientNorm: Infinity }
  await engine.step(unclipped)
  const checkpoint = join(folder, "checkpoint", "training.safetensors")
  mkdirSync(dirname(checkpoint), { recursive: true })
  await engine.save(checkpoint, "training")
  return {
    prompts: await Promise.all(questions.map((question) => Effect.runPromise(encoder.encode(question)))),
    rendered: await Promise.all(questions.map(engine.render)),
    checkpoint,
    logprobs,
    greedy: sampled.map(([completion]) => completion!.tokens),
    gradients: await Effect.runPromise(Effect.scoped(readGradients(checkpoint)))
  }
}

const readGradients = Effect.fnUntraced(function*(checkpoint: string) {
  const file = yield* Safetensors.open(checkpoint)
  const names = [...file.tensors.keys()].filter((name) => name.startsWith("first."))
  return yield* Effect.forEach(names, (name) =>
    Effect.map(file.readFloats(name), (data) => ({ name: name.slice(6), shape: file.tensors.get(name)!.shape, data })))
})
