/** The engine of a local policy: what its thread computes. */
import { rm } from "node:fs/promises"
import * as Effect from "effect/Effect"
import type { Graph } from "../../../onnx/Graph.ts"
import { compile as compileFor, requireDevice } from "../../../onnx/session.ts"
import type { Sequence } from "../../trainer.ts"
import type { Completion } from "../../sampler.ts"
import type { Question } from "../../../model/message.ts"
import { writeAdapter, writeFolder } from "../../../model/export.ts"
import { checkFolder } from "../../../model/checkFolder.ts"
import { type Encoder, make as makeEncoder } from "../../../model/encode.ts"
import { load as loadFolder, type ModelConfig } from "../../../model/modelConfig.ts"
import { type Generated, generate, type Generator, tellingOf } from "../sampling/generate.ts"
import { passes } from "../sampling/passes.ts"
import { decodeRows, decoderFeeds, lazily, parameterFeeds, samplersOf } from "../sampling/sessions.ts"
import type { EncodedPrompt } from "../../../model/encode.ts"
import { type Partition, partition } from "../training/partition.ts"
import * as State from "../training/State.ts"
import { load as loadText, type Text } from "../../../model/modelText.ts"
import * as Trainer from "../training/Trainer.ts"
import { defaults } from "../training/settings.ts"
import type { Engine, EngineConfig } from "./protocol.ts"

interface Loaded {
  readonly config: ModelConfig
  readonly text: Text
  readonly encoder: Encoder
  readonly parts: Partition
}

/** Reads the folder's configs and tokenizer; weights and sessions come with the first call that needs them. */
export const make = async (options: EngineConfig): Promise<Engine> => {
  const { device = "cpu", threads } = options
  await requireDevice(device)
  const compile = (graph: Graph) => compileFor(graph, threads, device)
  const { config, encoder, parts, text } = await Effect.runPromise(Effect.gen(function*() {
    const { model: config, preprocessor } = yield* loadFolder(options.folder)
    const text = yield* loadText(options.folder)
    yield* checkFolder(options.folder, config, text)
    const parts = partition(config.architecture, { ...defaults, ...options })
    return { config, text, encoder: makeEncoder(config, preprocessor, text), parts } satisfies Loaded
  }))
  const model = config.architecture
  const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)

  const state = lazily(() => run(State.initial(options, config, parts, text)))
  const generator = lazily(async (): Promise<Generator> => {
    const { frozen, weights } = await state()
    const all = { ...parameterFeeds(frozen, parts.frozen), ...parameterFeeds(weights, parts.trained) }
    return {
      model,
      imageToken: config.imageToken,
      endTokens: text.endIds,
      parameters: { all, decoder: decoderFeeds(all, parts) },
      memory: { buffers: [] }
    }
  })
  const samplers = {
    drawn: samplersOf(model, parts, "drawn", compile),
    distribution: samplersOf(model, parts, "distribution", compile)
  }
  const trainer = lazily(async () =>
    Trainer.make(model, parts, (await state()).training, { ...defaults, ...options, imageToken: config.imageToken, compile })
  )
  const prompt = (question: Question): Promise<EncodedPrompt> => run(encoder.encode(question))

  const score = async (
    sequences: ReadonlyArray<Sequence>,
    weights: ReadonlyArray<ReadonlyArray<number>>,
    flat: Float32Array,
    learn: boolean
  ) => {
    const encoded = new Map<string, Promise<EncodedPrompt>>()
    const weighted = await Promise.all(sequences.map(async ({ question, tokens }, i) => {
      const group = JSON.stringify(question)
      if (!encoded.has(group)) encoded.set(group, prompt(question))
      return { group, prompt: await encoded.get(group)!, tokens, weights: weights[i] ?? [] }
    }))
    const [temperature = 1, ...others] = new Set(sequences.map(({ temperature = 1 }) => temperature))
    if (others.length > 0) throw new Error("sequences of one call were drawn at several temperatures")
    const { frozen } = await state()
    const parameters = { ...parameterFeeds(frozen, parts.frozen), ...parameterFeeds(flat, parts.trained) }
    // one without tokens, as of a server that answered nothing, has nothing to score
    const worded = weighted.flatMap((sequence, i) => (sequence.tokens.length > 0 ? [i] : []))
    const scored = await (await trainer()).score(worded.map((i) => weighted[i]!), parameters, learn, temperature)
    const logprobs = weighted.map((): ReadonlyArray<number> => [])
    worded.forEach((i, s) => (logprobs[i] = scored[s]!))
    return logprobs
  }

  return {
    pixelLimits: async () => encoder.pixelLimits,
    inputSize: (size) => run(encoder.inputSize(size)),
    render: (question) => run(encoder.render(question)),
    encodeAnswer: async (answer) => [...text.encode(answer), text.endIds[0]!],
    sample: async (questions, sampling) => {
      const model = await generator()
      const { decode, prefill } = samplers[tellingOf(sampling)]
      const results: Array<ReadonlyArray<Completion>> = new Array(questions.length)
      for (const images of [true, false]) {
        const of = questions.map((question, i) => ({ question, i })).filter(({ question }) => question.images.length > 0 === images)
        const chunk = Math.max(1, Math.floor(decodeRows / sampling.n))
        for (let start = 0; start < of.length; start += chunk) {
          const some = of.slice(start, start + chunk)
          const prompts = await Promise.all(some.map(async ({ i, question }) => ({ ...await prompt(question), key: question.key, i })))
          const sampler = { prefill: await prefill[images ? "images" : "text"](), decode: await decode() }
          for (const read of passes(prompts)) {
            const generated = await generate(model, sampler, read, sampling)
            generated.forEach((group, g) => (results[read[g]!.i] = group.map((one) => completion(one, text))))
          }
        }
      }
      return results
    },
    logprobs: async (sequences, of) => {
      const { reference, weights } = await state()
      return score(sequences, [], of === "current" ? weights : reference(), false)
    },
    syncReference: async () => {
      const { reference, weights } = await state()
      reference().set(weights)
    },
    backward: async (sequences, weights) => score(sequences, weights, (await state()).weights, true),
    step: async (adamW) => (await trainer()).step(adamW),
    save: async (path, what) => run((await state()).save(path, what)),
    load: async (path) => run((await state()).load(path)),
    read: async (folder) => run((await state()).read(folder)),
    write: async (folder, what) => {
      const weights = `${folder}.state` // beside it: servers read whatever weights stand in a folder
      await run((await state()).save(weights, "weights"))
      const saved = { weights, folder: options.folder }
      await run(what === "adapter" ? writeAdapter(saved, folder) : writeFolder(saved, folder, { head: true }))
      await rm(weights)
    }
  }
}

const completion = ({ finishReason, logprobs, tokens }: Generated, text: Text): Completion => ({
  tokens,
  logprobs,
  finishReason,
  text: text.decode(finishReason === "stop" ? tokens.slice(0, -1) : tokens)
})
