/** Whether config and tokenizer of a model folder belong together. */
import * as Effect from "effect/Effect"
import type { ModelConfig } from "./modelConfig.ts"
import { ModelFolderError } from "./modelFolderError.ts"
import type { Text } from "./modelText.ts"

/** Fails where a folder's config.json and tokenizer are not of one model: images would land on other tokens' places. */
export const checkFolder = (folder: string, config: ModelConfig, text: Text): Effect.Effect<void, ModelFolderError> => {
  const { vocabulary } = config.architecture
  const refuse = (key: string, found: string) =>
    Effect.fail(ModelFolderError.of(folder, "config.json", `${found}. Fetch both files of the same model again.`, key))
  if (config.imageToken !== text.special.imagePad) {
    const found = `is ${config.imageToken}, and <|image_pad|> is ${text.special.imagePad} in tokenizer.json`
    return refuse("image_token_id", found)
  }
  if (text.vocabularySize > vocabulary) {
    return refuse("vocab_size", `is ${vocabulary}, and tokenizer.json has ids up to ${text.vocabularySize - 1}`)
  }
  return Effect.void
}
