/** Reading the small files of a model folder, and what is said when one cannot be used. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { exits } from "../pipeline/Errors.ts"
import { codeOf } from "../pipeline/reason.ts"
import { readFile } from "node:fs/promises"
import { join } from "node:path"

/** A model folder cannot be used: `message` names the file, the key where there is one, and what to do. */
export class ModelFolderError extends Data.TaggedError("ModelFolderError")<{
  readonly folder: string
  readonly file: string
  readonly key?: string
  readonly message: string
}> {
  readonly exitCode = exits.invalid

  get path(): string {
    return join(this.folder, this.file)
  }

  static of(folder: string, file: string, problem: string, key?: string): ModelFolderError {
    const where = key === undefined ? join(folder, file) : `${join(folder, file)}, key ${key}`
    return new ModelFolderError({ folder, file, ...(key !== undefined && { key }), message: `${where}: ${problem}` })
  }
}

export const isMissing = (cause: unknown): boolean => ["ENOENT", "ENOTDIR"].includes(codeOf(cause))

/** The text of a file, or undefined where there is no such file. */
export const readOptional = (folder: string, file: string): Effect.Effect<string | undefined, ModelFolderError> =>
  Effect.tryPromise({
    try: () =>
      readFile(join(folder, file), "utf8").catch((cause: unknown) =>
        isMissing(cause) ? undefined : Promise.reject(cause)
      ),
    catch: (cause) => ModelFolderError.of(folder, file, `cannot be read (${String(cause)}). Check its permissions.`)
  })

const parse = (folder: string, file: string, text: string): Effect.Effect<unknown, ModelFolderError> =>
  Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (cause) => ModelFolderError.of(folder, file, `is not valid JSON (${String(cause)}). Fetch the file again.`)
  })

/** A file that must be there is not. */
export const missing = (folder: string, file: string): ModelFolderError =>
  ModelFolderError.of(
    folder,
    file,
    "is missing. Name a folder in Hugging Face layout: config.json, model.safetensors, tokenizer.json, " +
      "tokenizer_config.json, and preprocessor_config.json or processor_config.json."
  )

/** The parsed JSON of a file that must be there. */
export const readJson = (folder: string, file: string): Effect.Effect<unknown, ModelFolderError> =>
  readOptional(folder, file).pipe(
    Effect.flatMap((text) => text === undefined ? Effect.fail(missing(folder, file)) : parse(folder, file, text))
  )

/** The parsed JSON of a file that need not be there. */
export const readOptionalJson = (folder: string, file: string): Effect.Effect<unknown, ModelFolderError> =>
  readOptional(folder, file).pipe(
    Effect.flatMap((text) => text === undefined ? Effect.void : parse(folder, file, text))
  )
