/** One file that a command writes where it was told to. */
import { mkdir, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import { reasonOf } from "../pipeline/reason.ts"
import { type Failure, invalid } from "./failure.ts"

export const cannotWrite = (file: string, cause: unknown): Failure =>
  invalid(`${file} cannot be written (${reasonOf(cause)}). Name another with --out.`)

/** Writes a file and makes its folder. Fails with what to do when it cannot. */
export const saveFile = (file: string, content: Uint8Array): Effect.Effect<void, Failure> =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, content)
    },
    catch: (cause) => cannotWrite(file, cause)
  })
