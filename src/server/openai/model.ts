/** The model behind a server: its sampler, its text side, and what it is called. */
import { basename, resolve } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { load as loadConfig, type PreprocessorConfig } from "../../model/modelConfig.ts"
import { loadText } from "../../model/loadText.ts"
import type { Text } from "../../model/modelText.ts"
import { modelFolder } from "../../model/shipped.ts"
import * as Policy from "../../policy/index.ts"

export interface Model {
  /** What clients call it: the name of a shipped one, else of its folder. */
  readonly name: string
  /** Which weights, tokenizer and template these are. */
  readonly fingerprint: string
  /** Tokens that a prompt and its answer may have together. */
  readonly context: number
  readonly preprocessor: PreprocessorConfig
  readonly text: Text
  readonly sampler: Policy.Sampler["Service"]
}

const nameOf = (folder: string): string => folder.startsWith("assay:") ? folder : basename(resolve(folder))

/** Opens a model folder for as long as the scope is open. Fails as `Policy.local` does: the file, the key, what to do. */
export const open = (folder: string): Effect.Effect<Model, { readonly message: string }, Scope.Scope> =>
  Effect.gen(function*() {
    const path = modelFolder(folder)
    const { model: { maxPositions }, preprocessor } = yield* loadConfig(path)
    const text = yield* loadText(path)
    const policy = Policy.local(folder)
    const hash = yield* policy.content ?? Effect.succeed("")
    const sampler = Context.get(yield* Layer.build(policy.layer), Policy.Sampler)
    // what is wrong with the folder is said now, and not to the first who asks
    yield* sampler.inputSize({ width: 100, height: 100 })
    return { name: nameOf(folder), fingerprint: `fp_${hash.slice(0, 12)}`, context: maxPositions, preprocessor, text, sampler }
  })
