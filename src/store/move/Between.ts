/** A place that all machines of a study reach, for files by name. */
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { setTimeout } from "node:timers/promises"
import * as Effect from "effect/Effect"
import { codeOf } from "../../pipeline/reason.ts"
import { sync } from "../durable.ts"
import { failed } from "../Objects.ts"
import type { StoreError } from "../storeError.ts"

/** Names are like `objects/ab/cd...`. */
export interface Between {
  /** How long what is there is; undefined where nothing is. */
  readonly bytes: (name: string) => Effect.Effect<number | undefined, StoreError>
  /** Puts a file there, whole or not at all, and on its disk. */
  readonly put: (name: string, file: string) => Effect.Effect<void, StoreError>
  /** Copies what is there to a file; false where nothing is. */
  readonly get: (name: string, file: string) => Effect.Effect<boolean, StoreError>
  /** For what is not what it should be. */
  readonly remove: (name: string) => Effect.Effect<void, StoreError>
  /** The text under a name; undefined where nothing is. */
  readonly text: (name: string) => Effect.Effect<string | undefined, StoreError>
  /** The text under a name, which is this one where nothing was: the same for all who ask. */
  readonly first: (name: string, text: string) => Effect.Effect<string, StoreError>
}

/** A folder that all of them see. */
export const folder = (root: string): Between => {
  const at = (name: string) => path.join(root, name)
  const attempt = <A>(file: string, work: () => Promise<A>) => Effect.tryPromise({ try: work, catch: (cause) => failed(file, cause) })
  const text = (name: string): string | undefined => fs.existsSync(at(name)) ? fs.readFileSync(at(name), "utf8") : undefined
  /** Who finds the file waits until its maker has written it. */
  const found = async (name: string, cause: unknown): Promise<string> => {
    for (let look = 0; look < 50; look++) {
      const there = text(name)
      if (there) return there
      await setTimeout(100)
    }
    throw cause
  }
  const first = async (name: string, own: string): Promise<string> => {
    fs.mkdirSync(root, { recursive: true })
    try {
      fs.writeFileSync(at(name), own, { flag: "wx", flush: true })
      return own
    } catch (cause) {
      if (codeOf(cause) === "EEXIST") return found(name, cause)
      fs.rmSync(at(name), { force: true }) // made and not written, as on a full disk: the next one may find room
      throw cause
    }
  }
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
    bytes: (name) => attempt(at(name), async () => fs.statSync(at(name), { throwIfNoEntry: false })?.size),
    put: (name, file) => attempt(at(name), () => put(at(name), file)),
    get: (name, file) =>
      attempt(at(name), () =>
        fs.promises.copyFile(at(name), file).then(() => true, (cause: NodeJS.ErrnoException) => {
          if (cause.code === "ENOENT") return false
          throw cause
        })),
    remove: (name) => attempt(at(name), () => fs.promises.rm(at(name), { force: true })),
    text: (name) => attempt(at(name), async () => text(name)),
    first: (name, own) => attempt(at(name), () => first(name, own))
  }
}
