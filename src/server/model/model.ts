/** The model behind a server: its sampler, its text side, and what it is called. */
import { createHash } from "node:crypto"
import { basename, resolve } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { HubError } from "../../hub/hubError.ts"
import { modelFiles } from "../../hub/model.ts"
import { isOnHub, modelOnHub } from "../../hub/repository.ts"
import { snapshot } from "../../hub/snapshot.ts"
import { load as loadConfig, type PreprocessorConfig } from "../../model/modelConfig.ts"
import { loadText } from "../../model/loadText.ts"
import type { Text } from "../../model/modelText.ts"
import { modelFolder } from "../../model/shipped.ts"
import * as Policy from "../../policy/index.ts"

export interface Model {
  /** What clients call it: the name of a shipped one or on the hub, else of its folder. */
  readonly name: string
  /** Which weights, tokenizer and template these are. */
  readonly fingerprint: string
  /** Tokens that a prompt and its answer may have together. */
  readonly context: number
  readonly preprocessor: PreprocessorConfig
  readonly text: Text
  readonly sampler: Policy.Sampler["Service"]
}

/** What clients call the model of a folder. */
export const nameOf = (folder: string): string => folder.startsWith("assay:") || isOnHub(folder) ? folder : basename(resolve(folder))

/** Where the files of a model lie: of one on the hub, once they have been fetched. */
export const filesOf = (folder: string): Effect.Effect<string, HubError> => {
  const repository = modelOnHub(folder)
  return repository === undefined
    ? Effect.succeed(modelFolder(folder))
    : Effect.map(snapshot(repository, modelFiles(true)), (fetched) => fetched.folder)
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex")

/**
 * Opens a model folder, a shipped one or one of the hub by its name for as long as the scope is open. Fails as `Policy.local` does: the
 * file, the key, what to do.
 */
export const open = (folder: string): Effect.Effect<Model, { readonly message: string }, Scope.Scope> =>
  Effect.gen(function*() {
    const path = yield* filesOf(folder)
    const { model: { maxPositions }, preprocessor } = yield* loadConfig(path)
    const text = yield* loadText(path)
    const policy = Policy.local(folder)
    const content = yield* policy.content ?? Effect.succeed("")
    const sampler = Context.get(yield* Layer.build(policy.layer), Policy.Sampler)
    // what is wrong with the folder is said now, and not to the first who asks
    yield* sampler.inputSize({ width: 100, height: 100 })
    return { name: nameOf(folder), fingerprint: `fp_${digest(content).slice(0, 12)}`, context: maxPositions, preprocessor, text, sampler }
  })
