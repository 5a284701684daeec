/** A place that all machines of a study reach, for files by name. */
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import { sync } from "../durable.ts"
import { failed } from "../Objects.ts"
import type { StoreError } from "../storeError.ts"

/** Names are like `objects/ab/cd...`. */
export interface Between {
  readonly has: (name: string) => Effect.Effect<boolean, StoreError>
  /** Puts a file there, whole or not at all, and for good. */
  readonly put: (name: string, file: string) => Effect.Effect<void, StoreError>
  /** Copies what is there to a file; false where nothing is. */
  readonly get: (name: string, file: string) => Effect.Effect<boolean, StoreError>
}

/** A folder that all of them see. */
export const folder = (root: string): Between => {
  const at = (name: string) => path.join(root, name)
  const attempt = <A>(file: string, work: () => Promise<A>) => Effect.tryPromise({ try: work, catch: (cause) => failed(file, cause) })
  const put = async (target: string, file: string) => {
    await fs.promises.mkdir(path.dirname(target), { recursive: true })
    const draft = `${target}.${randomUUID()}`
    try {
      await fs.promises.copyFile(file, draft)
      sync(draft)
      await fs.promises.rename(draft, target)
      sync(path.dirname(target))
    } finally {
      await fs.promises.rm(draft, { force: true })
    }
  }
  return {
    has: (name) => Effect.sync(() => fs.existsSync(at(name))),
    put: (name, file) => attempt(at(name), () => put(at(name), file)),
    get: (name, file) =>
      attempt(at(name), () =>
        fs.promises.copyFile(at(name), file).then(() => true, (cause: NodeJS.ErrnoException) => {
          if (cause.code === "ENOENT") return false
          throw cause
        }))
  }
}
