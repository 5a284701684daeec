/** Hashes of files. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { asDataError, DataError } from "./dataError.ts"
import { bytesOf } from "./readJson.ts"

/** Runs what hashes; what it throws as `DataError` is the effect's error. */
export const hashing = (work: () => Promise<string>): Effect.Effect<string, DataError> =>
  Effect.tryPromise({
    try: work,
    catch: asDataError
  })

/** Hash of the bytes of a file of any length. */
export const fileHash = (path: string): Effect.Effect<string, DataError> =>
  hashing(async () => {
    const hash = createHash("sha256")
    for await (const bytes of bytesOf(path)) hash.update(bytes)
    return hash.digest("hex")
  })
