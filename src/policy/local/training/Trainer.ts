/** Gradients and steps: scores sequences in micro-batches and climbs. */
import type { Graph } from "../../../onnx/Graph.ts"
import { float32, type Session, type Tensor } from "../../../onnx/session.ts"
import type { AdamW } from "../../trainer.ts"
import { adamW, type TrainingState } from "./adamW.ts"
import type { Architecture } from "../../../model/architecture.ts"
import { lazily } from "../sampling/sessions.ts"
import { accumulated, lookedUp, type Reads, scoring, training } from "../graphs/train.ts"
import { inPieces } from "./inPieces.ts"
import { type Feeds, packGroups } from "../graphs/pack.ts"
import { embeddingTable, isVision, type Layout, type ParameterSpec, view } from "../../../model/Parameters.ts"
import type { Partition } from "./partition.ts"
import { microBatches, type WeightedSequence } from "./microBatches.ts"
import type { Training } from "./settings.ts"

export interface Trainer {
  /**
   * log p of every token, then of every row within the prompt, at a temperature (1 unless given); with `learn`, the gradient of
   * sum(weights * log p) is accumulated too.
   */
  readonly score: (
    sequences: ReadonlyArray<WeightedSequence>,
    parameters: Feeds,
    learn: boolean,
    temperature?: number
  ) => Promise<ReadonlyArray<ReadonlyArray<number>>>
  readonly step: (options: AdamW) => { readonly gradientNorm: number }
}

export interface TrainerOptions {
  readonly imageToken: number
  readonly microBatch: Training["microBatch"]
  readonly compile: (graph: Graph) => Promise<Session>
  /** Compiled already for models of the same parts. */
  readonly sessions?: Map<string, () => Promise<Session>>
}

/** Where gradients add up. */
interface Accumulators {
  readonly before: Feeds
  readonly after: Feeds
  /** The gradient of the token embeddings, where they train. */
  readonly table: Float32Array | undefined
}

const accumulatorsOf = (gradient: Float32Array, at: Layout): Accumulators => {
  const before: Feeds = {}
  const after: Feeds = {}
  for (const spec of at.specs) {
    const tensor = float32(view(gradient, at, spec), spec.shape)
    before[accumulated(spec).before] = tensor
    after[accumulated(spec).after] = tensor
  }
  const embeddings = at.specs.find((spec) => spec.name === embeddingTable)
  return { before, after, table: embeddings === undefined ? undefined : view(gradient, at, embeddings) }
}

/** `state` is asked for, and takes its memory, when something is learnt. */
export const make = (
  model: Architecture,
  parts: Partition,
  state: () => TrainingState,
  { compile, imageToken, microBatch, sessions = new Map<string, () => Promise<Session>>() }: TrainerOptions
): Trainer => {
  const at = parts.trained
  let known: Accumulators | undefined
  const accumulators = (): Accumulators => (known ??= accumulatorsOf(state().gradient, at))
  const session = (learn: boolean, reads: Reads): Promise<Session> => {
    const name = JSON.stringify({ learn, ...reads })
    const used = (specs: ReadonlyArray<ParameterSpec>) => specs.filter((spec) => reads.images || !isVision(spec))
    const set = { ...parts, specs: used(parts.specs) }
    const graph = () => (learn ? training(model, set, used(at.specs), reads) : scoring(model, set, reads))
    const found = sessions.get(name) ?? lazily(() => compile(graph()))
    sessions.set(name, found)
    return found()
  }

  const score: Trainer["score"] = async (sequences, parameters, learn, temperature = 1) => {
    const inverseTemperature = float32(Float32Array.of(1 / temperature), [])
    const logprobs: Array<ReadonlyArray<number>> = sequences.map(() => [])
    for (const batch of microBatches(sequences, microBatch)) {
      const reads = { images: batch[0]!.prompt.images.length > 0, within: batch.some(({ within }) => within.length > 0) }
      const { feeds, place, placeWithin, tokens } = packGroups(batch, model, imageToken)
      const graph = await session(learn, reads)
      const inputs: Feeds = { ...parameters, ...feeds, inverseTemperature }
      const outputs: { [name: string]: Tensor | null } = { logp: null, logpWithin: null, [lookedUp]: null }
      if (learn) {
        const weights = new Float32Array(tokens)
        batch.forEach((group, g) =>
          group.members.forEach((member, s) =>
            sequences[member]!.weights.forEach((weight, i) => (weights[place(g, s, i)] = weight))
          )
        )
        inputs.weights = float32(weights, [tokens])
        Object.assign(inputs, accumulators().before)
        Object.assign(outputs, accumulators().after)
      }
      const only = <T>(all: { [name: string]: T }, names: ReadonlyArray<string>): { [name: string]: T } =>
        Object.fromEntries(names.map((name) => [name, all[name]!]))
      const run = await graph.run(only(inputs, graph.inputNames), only(outputs, graph.outputNames))
      const table = learn ? accumulators().table : undefined
      if (table !== undefined) addRows(table, feeds.ids!.data as BigInt64Array, run[lookedUp]!.data as Float32Array)
      const logp = run.logp!.data as Float32Array
      const logpWithin = run.logpWithin?.data as Float32Array | undefined
      batch.forEach((group, g) =>
        group.members.forEach((member, s) => {
          logprobs[member] = [
            ...sequences[member]!.tokens.map((_, i) => logp[place(g, s, i)]!),
            ...group.within.map((_, i) => logpWithin![placeWithin(g, i)]!)
          ]
        })
      )
    }
    return logprobs
  }

  return {
    score: async (sequences, parameters, learn, temperature) => {
      try {
        return await score(sequences, parameters, learn, temperature)
      } catch (cause) {
        // where no gradient is known yet, nothing was added to it
        if (learn && known !== undefined) state().spoilt = true
        throw cause
      }
    },
    step: (options) => {
      const training = state()
      const { gradient } = training
      if (training.spoilt) {
        gradient.fill(0)
        training.spoilt = false
        throw new Error("since the last step learning failed halfway, so what was learnt is dropped: learn it all again, and then step")
      }
      const gradientNorm = norm(gradient)
      const scale = gradientNorm > options.maxGradientNorm ? options.maxGradientNorm / gradientNorm : 1
      adamW(training, options, scale, at.decaying)
      gradient.fill(0)
      return { gradientNorm }
    }
  }
}

/** Adds the gradient of every row, [ids, width], to that of its token in `table` [tokens, width]. */
const addRows = (table: Float32Array, ids: BigInt64Array, rows: Float32Array): void => {
  const width = rows.length / ids.length
  for (let row = 0; row < ids.length; row++) {
    const start = Number(ids[row]!) * width
    for (let i = 0; i < width; i++) table[start + i]! += rows[row * width + i]!
  }
}

/** Euclidean norm, summed in double precision and always in the same order. */
const norm = (numbers: Float32Array): number => {
  let sum = 0
  inPieces(numbers.length, (start, end) => (sum += sumOfSquares(numbers, start, end)))
  return Math.sqrt(sum)
}

const sumOfSquares = (numbers: Float32Array, start: number, end: number): number => {
  let sum = 0
  for (let i = start; i < end; i++) sum += numbers[i]! * numbers[i]!
  return sum
}
