import * as Effect from "effect/Effect"
import * as Random from "../../pipeline/Random.ts"
import type { EngineConfig } from "./Engine.ts"
import type { ModelConfig } from "./folder.ts"
import type { ModelFolderError } from "./ModelFolderError.ts"
import { freshAdapters } from "./lora.ts"
import { type Layout, tensorViews } from "./parameters.ts"
import type { Partition } from "./partition.ts"
import * as Safetensors from "./safetensors.ts"
import type { SafetensorsError } from "./safetensorsHeader.ts"
import type { Text } from "./Text.ts"
import type { TrainingState } from "./Trainer.ts"
import { type NumberTokens, randomize } from "./weights.ts"

/** Weights of a policy, what its optimiser remembers, and the weights that a KL term looks back to. */
export interface State {
  /** What never changes: files do not hold it. */
  readonly frozen: Float32Array
  readonly training: TrainingState
  /**
   * The trained weights as last loaded, unless something else is put there. Asking for them makes training checkpoints
   * carry them.
   */
  readonly reference: () => Float32Array
  readonly save: (path: string, what: "weights" | "training") => Effect.Effect<void, SafetensorsError>
  readonly load: (path: string | "initial") => Effect.Effect<void, SafetensorsError | ModelFolderError>
}

/** Ids of the tokens that are an integer below 1,001. */
const numberTokens = (text: Text): NumberTokens =>
  new Map(
    Array.from({ length: 1001 }, (_, value) => [text.encode(String(value)), value] as const)
      .flatMap(([ids, value]) => (ids.length === 1 ? [[ids[0]!, value] as const] : []))
  )

/** Reads a model folder's weights, or draws random ones; adapters start out without effect. */
export const initial = Effect.fn("state.initial")(function*(
  options: EngineConfig,
  config: ModelConfig,
  parts: Partition,
  text: Text
) {
  const at = parts.trained
  const key = Random.key(options.weights === "folder" ? 0 : options.weights)
  const frozen = new Float32Array(parts.frozen.size)
  const zeros = () => new Float32Array(at.size)
  const training: TrainingState = { weights: zeros(), first: zeros(), second: zeros(), gradient: zeros(), steps: 0 }
  const referenceWeights = zeros()
  let referenced = false

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
    training.first.fill(0)
    training.second.fill(0)
    training.steps = 0
    referenceWeights.set(training.weights)
    referenced = false
  })
  const loadInitial = Effect.fnUntraced(function*() {
    if (options.lora) freshAdapters(training.weights, at, key)
    else yield* begin(training.weights, at)
    yield* start()
  })
  const loadFile = Effect.fnUntraced(function*(path: string) {
    const weights = yield* Safetensors.open(path)
    yield* readFrom(weights, "", training.weights)
    if (weights.metadata.kind !== "training") return yield* start()
    yield* readFrom(weights, "first.", training.first)
    yield* readFrom(weights, "second.", training.second)
    training.steps = Number(weights.metadata.steps)
    referenced = weights.metadata.reference === "yes"
    if (referenced) yield* readFrom(weights, "reference.", referenceWeights)
  }, Effect.scoped)

  const named = (prefix: string, flat: Float32Array) =>
    tensorViews(flat, at).map(({ data, name, shape }) => ({ name: `${prefix}${name}`, data, shape }))
  // What a file leaves out and what its adapters mean, for whoever has nothing but the file.
  const beside = {
    ...(parts.frozen.size > 0 && { base: String(options.weights) }),
    ...(options.lora && { lora: JSON.stringify(options.lora) })
  }
  yield* begin(frozen, parts.frozen)
  yield* loadInitial()
  return {
    frozen,
    training,
    reference: () => {
      referenced = true
      return referenceWeights
    },
    save: (path, what) =>
      what === "weights"
        ? Safetensors.write(path, named("", training.weights), { kind: "weights", ...beside })
        : Safetensors.write(
          path,
          [
            ...named("", training.weights),
            ...named("first.", training.first),
            ...named("second.", training.second),
            ...(referenced ? named("reference.", referenceWeights) : [])
          ],
          { kind: "training", steps: String(training.steps), reference: referenced ? "yes" : "no", ...beside }
        ),
    load: (path) =>
      Effect.andThen(
        Effect.sync(() => training.gradient.fill(0)),
        path === "initial" ? loadInitial() : loadFile(path)
      )
  } satisfies State
})
