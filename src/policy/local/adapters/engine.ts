/** The engine of a base with adapters: one set of frozen weights, and for each adapter what trains. */
import * as Effect from "effect/Effect"
import type { Architecture } from "../../../model/architecture.ts"
import { checkFolder } from "../../../model/checkFolder.ts"
import type { Chunk } from "../../../model/chunks.ts"
import { type EncodedPrompt, make as makeEncoder } from "../../../model/encode.ts"
import { freshAdapters, type HeadLora } from "../../../model/lora.ts"
import { load as loadFolder } from "../../../model/modelConfig.ts"
import { load as loadText } from "../../../model/modelText.ts"
import type { Graph } from "../../../onnx/Graph.ts"
import { compile as compileFor, requireDevice, type Session } from "../../../onnx/session.ts"
import * as Random from "../../../pipeline/Random.ts"
import type { Feeds } from "../graphs/pack.ts"
import { generate, tellingOf } from "../sampling/generate.ts"
import type { Memory } from "../sampling/Cache.ts"
import { mostPairs, passes } from "../sampling/passes.ts"
import { decodeRows, decoderFeeds, lazily, parameterFeeds, samplersOf } from "../sampling/sessions.ts"
import type { WeightedSequence } from "../training/microBatches.ts"
import { type Partition, partition } from "../training/partition.ts"
import { defaults } from "../training/settings.ts"
import * as State from "../training/State.ts"
import * as Trainer from "../training/Trainer.ts"
import type { Adapters, Asked, BaseConfig, Drawing, Drawn, Scored } from "./protocol.ts"

/** What all adapters of one shape have in common: where their numbers lie, and the sessions that read them. */
interface Shape {
  readonly parts: Partition
  readonly scoring: Map<string, () => Promise<Session>>
  readonly drawn: ReturnType<typeof samplersOf>
  readonly distribution: ReturnType<typeof samplersOf>
}

interface Member {
  readonly shape: Shape
  readonly state: State.State
  readonly trainer: Trainer.Trainer
  readonly all: Feeds
  readonly decoder: Feeds
}

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)

/** No adapter: nothing is added to any matrix. */
const bare: HeadLora = { rank: 1, alpha: 1, targets: [] }

interface Long extends WeightedSequence {
  readonly i: number
}

/** Sequences in batches that each fit into a pass: all of them, where they do, else by length. */
const batches = (sequences: ReadonlyArray<WeightedSequence>): ReadonlyArray<ReadonlyArray<Long>> => {
  const lengthOf = ({ prompt, tokens }: WeightedSequence) => prompt.ids.length + tokens.length
  const whole = sequences.map((sequence, i) => ({ ...sequence, i }))
  if (whole.length * Math.max(...whole.map(lengthOf)) ** 2 <= mostPairs) return [whole]
  const found: Array<Array<Long>> = []
  for (const one of whole.toSorted((a, b) => lengthOf(a) - lengthOf(b))) {
    const last = found.at(-1)
    if (last === undefined || (last.length + 1) * lengthOf(one) ** 2 > mostPairs) found.push([one])
    else last.push(one)
  }
  return found
}

/** Reads the folder's configs and tokenizer; weights and sessions come with the first call that needs them. */
export const make = async (options: BaseConfig): Promise<Adapters> => {
  const { device = "cpu", threads } = options
  await requireDevice(device)
  const compile = (graph: Graph) => compileFor(graph, threads, device)
  const { config, encoder, text } = await run(Effect.gen(function*() {
    const { model: config, preprocessor } = yield* loadFolder(options.folder)
    const text = yield* loadText(options.folder)
    yield* checkFolder(options.folder, config, text)
    return { config, text, encoder: makeEncoder(config, preprocessor, text) }
  }))
  const model: Architecture = config.architecture
  const memory: Memory = { buffers: [] }
  const members = new Map<string | null, Member>()
  const shapes = new Map<string, Shape>()

  const shapeOf = (lora: HeadLora): Shape => {
    const name = JSON.stringify([lora.rank, lora.alpha, lora.targets, lora.head === true])
    const found = shapes.get(name)
    if (found !== undefined) return found
    const parts = partition(model, { freezeVision: true, lora })
    const shape: Shape = {
      parts,
      scoring: new Map(),
      drawn: samplersOf(model, parts, "drawn", compile),
      distribution: samplersOf(model, parts, "distribution", compile)
    }
    shapes.set(name, shape)
    return shape
  }
  const memberOf = async (lora: HeadLora, base?: Float32Array): Promise<Member> => {
    const shape = shapeOf(lora)
    const { parts } = shape
    const state = await run(State.initial({ ...options, weights: "folder", lora }, config, parts, text, base))
    const all = { ...parameterFeeds(state.frozen, parts.frozen), ...parameterFeeds(state.weights, parts.trained) }
    const settings = { imageToken: config.imageToken, microBatch: defaults.microBatch, compile, sessions: shape.scoring }
    return { shape, state, all, decoder: decoderFeeds(all, parts), trainer: Trainer.make(model, parts, state.training, settings) }
  }
  const base = lazily(async () => {
    const member = await memberOf(bare)
    members.set(null, member)
    return member
  })
  const member = async (name: string | null): Promise<Member> => {
    if (name === null) return base()
    const found = members.get(name)
    if (found === undefined) throw new Error(`There is no adapter ${name}.`)
    return found
  }
  const encode = (chunks: ReadonlyArray<Chunk>): Promise<EncodedPrompt> => run(encoder.encodeChunks(chunks))

  const score = async ({ all, trainer }: Member, sequences: ReadonlyArray<Scored>, learn: boolean) => {
    const prompts = new Map<string, Promise<EncodedPrompt>>()
    const weighted = await Promise.all(sequences.map(async ({ prompt, ...sequence }) => {
      const text = JSON.stringify(prompt)
      if (!prompts.has(text)) prompts.set(text, encode(prompt))
      return { ...sequence, group: JSON.stringify(sequence.within) + text, prompt: await prompts.get(text)! }
    }))
    const logprobs = new Array<ReadonlyArray<number>>(weighted.length)
    for (const batch of batches(weighted)) {
      const found = await trainer.score(batch, all, learn)
      batch.forEach(({ i }, b) => (logprobs[i] = found[b]!))
    }
    return logprobs
  }

  const draw = async ({ all, decoder, shape }: Member, asked: ReadonlyArray<Asked>, { ends, ...how }: Drawing) => {
    const { decode, prefill } = shape[tellingOf(how)]
    const generator = { model, imageToken: config.imageToken, endTokens: ends, parameters: { all, decoder }, memory }
    const results = new Array<ReadonlyArray<Drawn>>(asked.length)
    const prompts = await Promise.all(asked.map(async ({ key, prompt }, i) => ({ ...await encode(prompt), key, i })))
    const chunk = Math.max(1, Math.floor(decodeRows / how.n))
    for (const images of [true, false]) {
      const of = prompts.filter((prompt) => prompt.images.length > 0 === images)
      for (let start = 0; start < of.length; start += chunk) {
        const sessions = { prefill: await prefill[images ? "images" : "text"](), decode: await decode() }
        for (const read of passes(of.slice(start, start + chunk))) {
          const groups = await generate(generator, sessions, read, how)
          groups.forEach((group, g) => (results[read[g]!.i] = group))
        }
      }
    }
    return results
  }

  return {
    create: async (name, lora, seed) => {
      const created = await memberOf(lora, (await base()).state.frozen)
      freshAdapters(created.state.weights, created.shape.parts.trained, Random.key(seed))
      members.set(name, created)
    },
    drop: async (name) => void members.delete(name),
    score: async (name, sequences, learn) => score(await member(name), sequences, learn),
    step: async (name, adamW) => (await member(name)).trainer.step(adamW),
    save: async (name, path, what) => run((await member(name)).state.save(path, what)),
    load: async (name, path, optimizer) => run((await member(name)).state.load(path, optimizer)),
    sample: async (name, asked, options) => draw(await member(name), asked, options)
  }
}
