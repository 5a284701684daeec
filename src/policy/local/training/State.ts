/** What a policy is made of as it learns: weights, optimiser state, reference; saved and loaded. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Random from "../../../pipeline/Random.ts"
import type { EngineConfig } from "../thread/protocol.ts"
import type { ModelConfig } from "../../../model/modelConfig.ts"
import type { ModelFolderError } from "../../../model/modelFolderError.ts"
import { adapterFile, freshAdapters } from "../../../model/lora.ts"
import { requireMemory } from "./requireMemory.ts"
import { type Layout, tensorViews } from "../../../model/Parameters.ts"
import type { Partition } from "./partition.ts"
import * as Safetensors from "../../../model/Safetensors.ts"
import type { SafetensorsError } from "../../../model/SafetensorsHeader.ts"
import type { Text } from "../../../model/modelText.ts"
import type { TrainingState } from "./adamW.ts"
import { type NumberTokens, randomize } from "./randomize.ts"

/** Weights of a policy, what its optimiser remembers, and the weights that a KL term looks back to. */
export interface State {
  /** What never changes: files do not hold it. */
  readonly frozen: Float32Array
  /** What trains. */
  readonly weights: Float32Array
  /** The same with what training needs beside it, four times as much, which is there from the first call on. */
  readonly training: () => TrainingState
  /**
   * The trained weights as last loaded, unless something else is put there. Asking for them makes training checkpoints
   * carry them.
   */
  readonly reference: () => Float32Array
  readonly save: (path: string, what: "weights" | "training") => Effect.Effect<void, SafetensorsError>
  /** Without `optimizer`, what a file has of that is left there, and no memory is taken for it. */
  readonly load: (path: string | "initial", optimizer?: boolean) => Effect.Effect<void, SafetensorsError | ModelFolderError>
  /** Takes the trained weights from a model folder, or from PEFT's where adapters train; whatever trained them starts anew. */
  readonly read: (folder: string) => Effect.Effect<void, SafetensorsError | ModelFolderError>
}

/** Ids of the tokens that are an integer below 1,001. */
const numberTokens = (text: Text): NumberTokens =>
  new Map(
    Array.from({ length: 1001 }, (_, value) => [text.encode(String(value)), value] as const)
      .flatMap(([ids, value]) => (ids.length === 1 ? [[ids[0]!, value] as const] : []))
  )

/**
 * Reads a model folder's weights, or draws random ones; adapters start out without effect. `base` are the frozen weights where
 * another state of the model has read them.
 */
export const initial = Effect.fn("state.initial")(function*(
  options: EngineConfig,
  config: ModelConfig,
  parts: Partition,
  text: Text,
  base?: Float32Array
) {
  const at = parts.trained
  const key = Random.key(options.weights === "folder" ? 0 : options.weights)
  const more = base === undefined ? parts.frozen.size : 0
  requireMemory(more + at.size, `The model in ${options.folder}`, "Free some, or take a smaller model.")
  const frozen = base ?? new Float32Array(parts.frozen.size)
  const zeros = () => new Float32Array(at.size)
  const weights = zeros()
  let begun: TrainingState | undefined
  let lookedBack: Float32Array | undefined
  let referenced = false
  const reference = () => (lookedBack ??= weights.slice())
  const training = (): TrainingState => {
    if (begun !== undefined) return begun
    requireMemory(4 * at.size, `Training the model in ${options.folder}`, "Free some, train with lora, or take a smaller model.")
    // From here on the weights change, so what they were has to be kept.
    reference()
    return (begun = { weights, first: zeros(), second: zeros(), gradient: zeros(), spoilt: false, steps: 0 })
  }

  const readFrom = (weights: Safetensors.Weights, prefix: string, flat: Float32Array, at = parts.trained) =>
    Effect.forEach(
      tensorViews(flat, at),
      ({ data, name, shape }) => weights.readInto(`${prefix}${name}`, data, shape),
      { discard: true }
    )
  /** Puts the model that the policy starts from into `flat`. */
  const begin = Effect.fnUntraced(function*(flat: Float32Array, at: Layout) {
    if (options.weights === "folder") return yield* readFrom(yield* Safetensors.openFolder(options.folder), "", flat, at)
    randomize(flat, at, config.architecture, numberTokens(text), key)
  }, Effect.scoped)
  const start = Effect.fnUntraced(function*() {
    begun?.first.fill(0)
    begun?.second.fill(0)
    if (begun !== undefined) begun.steps = 0
    lookedBack?.set(weights)
    referenced = false
  })
  const loadInitial = Effect.fnUntraced(function*() {
    if (options.lora) freshAdapters(weights, at, key)
    else yield* begin(weights, at)
    yield* start()
  })
  const clear = Effect.sync(() => {
    if (begun === undefined) return
    begun.gradient.fill(0)
    begun.spoilt = false
  })
  const loadFile = Effect.fnUntraced(function*(path: string, optimizer: boolean) {
    const file = yield* Safetensors.open(path)
    const resumed = optimizer && file.metadata.kind === "training" ? training() : undefined
    yield* readFrom(file, "", weights)
    if (resumed === undefined) return yield* start()
    yield* readFrom(file, "first.", resumed.first)
    yield* readFrom(file, "second.", resumed.second)
    resumed.steps = Number(file.metadata.steps)
    referenced = file.metadata.reference === "yes"
    if (referenced) yield* readFrom(file, "reference.", reference())
  }, Effect.scoped)

  const readFolder = Effect.fnUntraced(function*(folder: string) {
    const opened = options.lora ? Safetensors.open(join(folder, adapterFile)) : Safetensors.openFolder(folder)
    yield* readFrom(yield* opened, "", weights)
    yield* start()
  }, Effect.scoped)

  const named = (prefix: string, flat: Float32Array) =>
    tensorViews(flat, at).map(({ data, name, shape }) => ({ name: `${prefix}${name}`, data, shape }))
  // What a file leaves out and what its adapters mean, for whoever has nothing but the file.
  const beside = {
    ...(parts.frozen.size > 0 && { base: String(options.weights) }),
    ...(options.lora && { lora: JSON.stringify(options.lora) })
  }
  if (base === undefined) yield* begin(frozen, parts.frozen)
  yield* loadInitial()
  return {
    frozen,
    weights,
    training,
    reference: () => {
      referenced = true
      return reference()
    },
    save: (path, what) => {
      if (what === "weights") return Safetensors.write(path, named("", weights), { kind: "weights", ...beside })
      const { first, second, steps } = training()
      const tensors = [...named("", weights), ...named("first.", first), ...named("second.", second)]
      return Safetensors.write(
        path,
        referenced ? [...tensors, ...named("reference.", reference())] : tensors,
        { kind: "training", steps: String(steps), reference: referenced ? "yes" : "no", ...beside }
      )
    },
    load: (path, optimizer = true) => Effect.andThen(clear, path === "initial" ? loadInitial() : loadFile(path, optimizer)),
    read: (folder) => Effect.andThen(clear, readFolder(folder))
  } satisfies State
})
