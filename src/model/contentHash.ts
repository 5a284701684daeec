/** What files of a model folder are, for telling whether they are still the same. */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import * as Effect from "effect/Effect"
import { reasonOf } from "../pipeline/reason.ts"
import { ModelFolderError } from "./modelFolderError.ts"

/** sha256 over names and contents of those files of a folder that count; `remedy` ends the error of a folder that cannot be read. */
export const contentHash = (folder: string, counts: (name: string) => boolean, remedy: string): Effect.Effect<string, ModelFolderError> =>
  Effect.tryPromise({
    try: async () => {
      const hash = createHash("sha256")
      for (const name of (await readdir(folder)).filter(counts).sort()) {
        hash.update(`${name}\n`)
        await pipeline(createReadStream(join(folder, name)), hash, { end: false })
      }
      return hash.digest("hex")
    },
    catch: (cause) => ModelFolderError.of(folder, "", `cannot be read (${reasonOf(cause)}). ${remedy}`)
  })

/** That of the files that decide what a model says; without its weights where it has random ones instead. */
export const modelContent = (folder: string, weights: boolean): Effect.Effect<string, ModelFolderError> =>
  contentHash(
    folder,
    (name) => /\.(json|jinja|txt)$/.test(name) || (weights && name.endsWith(".safetensors")),
    "Name a folder in Hugging Face layout, relative to where the command runs, or a model on the hub as ORG/NAME."
  )
