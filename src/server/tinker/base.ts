/** The model behind a Tinker server: one set of weights in two threads, so that whoever samples does not wait for those who train. */
import { availableParallelism } from "node:os"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { loadText } from "../../model/loadText.ts"
import { load as loadConfig, type PreprocessorConfig } from "../../model/modelConfig.ts"
import type { Text } from "../../model/modelText.ts"
import { type Call, start } from "../../policy/local/adapters/start.ts"
import { filesOf, nameOf } from "../model/model.ts"

export interface Base {
  /** What clients call it: the name of a shipped one or on the hub, else of its folder. */
  readonly name: string
  /** Tokens that a sequence may have. */
  readonly context: number
  /** One more than the largest id that the model knows. */
  readonly vocabulary: number
  /** What stands for an image. */
  readonly imageToken: number
  readonly preprocessor: PreprocessorConfig
  readonly text: Text
  readonly trains: Call
  readonly samples: Call
  /** Why it can no longer compute, where one of its threads is gone for good. */
  readonly broken: () => string | undefined
}

/** Opens a model folder, a shipped one or one of the hub by its name for as long as the scope is open. Weights are read with the first call. */
export const open = (folder: string): Effect.Effect<Base, { readonly message: string }, Scope.Scope> =>
  Effect.gen(function*() {
    const path = yield* filesOf(folder)
    const { model: { architecture, imageToken, maxPositions }, preprocessor } = yield* loadConfig(path)
    const text = yield* loadText(path)
    const config = { folder: path, threads: availableParallelism() }
    const trains = yield* start(config)
    const samples = yield* start(config)
    return {
      name: nameOf(folder),
      context: maxPositions,
      vocabulary: architecture.vocabulary,
      imageToken,
      preprocessor,
      text,
      trains: trains.call,
      samples: samples.call,
      broken: () => trains.dead() ?? samples.dead()
    }
  })
