/** Which files here say how a model that lies on a server reads prompts, for plans. */
import * as Effect from "effect/Effect"
import type { HubError } from "../../hub/hubError.ts"
import { modelFiles } from "../../hub/model.ts"
import { addressOf, modelOnHub } from "../../hub/repository.ts"
import { pin, supply } from "../../hub/snapshot.ts"
import { contentHash } from "../../model/contentHash.ts"
import type { ModelFolderError } from "../../model/modelFolderError.ts"
import { modelFolder } from "../../model/shipped.ts"

/** Files that decide what a prompt is. */
const decisive = /^(tokenizer.*\.json|(pre)?processor_config\.json|generation_config\.json|config\.json|chat_template\.(json|jinja)|vocab\.json|merges\.txt)$/

const remedy = "Name the folder of the model's tokenizer as `folder`, or its name on the hub."

/** Which files these are. */
export const contentOf = (folder: string, revision?: string): Effect.Effect<string, ModelFolderError | HubError> => {
  const repository = modelOnHub(folder, revision)
  return repository === undefined ? contentHash(modelFolder(folder), (name) => decisive.test(name), remedy) : Effect.map(pin(repository), (commit) => addressOf(repository, commit))
}

/** What of them is not on this machine yet. */
export const supplyOf = (folder: string, revision?: string) =>
  Effect.suspend(() => {
    const repository = modelOnHub(folder, revision)
    return repository === undefined ? Effect.undefined : supply(repository, modelFiles(false))
  })
