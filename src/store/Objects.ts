/** The object folder: files under the hash of their content. */
import * as Effect from "effect/Effect"
import { createHash, randomUUID } from "node:crypto"
import * as fs from "node:fs"
import { open as openFile } from "node:fs/promises"
import * as path from "node:path"
import { fromCause, StoreError } from "./storeError.ts"

/** Content-addressed files: the content with sha256 `abcd...` lies at `ab/cd...`. */
export interface Objects {
  readonly path: (hash: string) => string
  /** True when the file is there and its content has that hash; checked once a process for a given size and time. */
  readonly verify: (hash: string) => Effect.Effect<boolean, StoreError>
  /** A path for a file that `adopt` is to take in. */
  readonly temporary: () => string
  /** Syncs a temporary file and moves it to its place. */
  readonly adopt: (file: string) => Effect.Effect<{ readonly hash: string; readonly bytes: number }, StoreError>
  readonly discard: (file: string) => Effect.Effect<void>
  readonly remove: (hash: string) => void
}

/** Reads a file in pieces, so that neither memory nor the event loop feels its size; syncs one opened for writing. */
const digest = async (file: string, mode: "r" | "r+"): Promise<{ readonly hash: string; readonly bytes: number }> => {
  const handle = await openFile(file, mode)
  try {
    const hash = createHash("sha256")
    const buffer = Buffer.allocUnsafe(1 << 20)
    let bytes = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, bytes)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      bytes += bytesRead
    }
    if (mode === "r+") await handle.sync()
    return { hash: hash.digest("hex"), bytes }
  } finally {
    await handle.close()
  }
}

const syncFolder = (folder: string): void => {
  const descriptor = fs.openSync(folder, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

const codes: { readonly [code: string]: string } = {
  ENOSPC: "The disk is full. Free some space and run again: it goes on where it stopped.",
  EACCES: "Give write permission on it (chmod u+w), or name a database in another folder.",
  EROFS: "The file system is read-only. Name a database on another one.",
  ENOENT: "Nothing was written there."
}

const failed = (file: string, cause: unknown): StoreError => {
  if (!(cause instanceof Error && "code" in cause)) return fromCause(file, cause)
  const code = String(cause.code)
  return new StoreError({
    reason: code === "ENOSPC" ? "full" : code === "EACCES" || code === "EROFS" ? "unwritable" : "unexpected",
    file,
    message: `The object file ${file} could not be read or written (${cause.message}). ` +
      (codes[code] ?? "Check the disk."),
    cause
  })
}

const day = 24 * 60 * 60 * 1000

/** Removes what killed processes left half-written; a day is longer than any write. */
const sweep = (folder: string): void => {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name)
    const state = fs.statSync(file, { throwIfNoEntry: false })
    if (state !== undefined && Date.now() - state.mtimeMs > day) fs.rmSync(file, { force: true })
  }
}

const stampOf = (file: string): string | undefined => {
  const state = fs.statSync(file, { throwIfNoEntry: false })
  return state?.isFile() === true ? `${state.size}:${state.mtimeMs}` : undefined
}

/** Opens (and creates) the object folder. */
export const make = (root: string): Effect.Effect<Objects, StoreError> =>
  Effect.try({
    try: () => {
      const folder = path.resolve(root)
      const temporary = path.join(folder, "tmp")
      fs.mkdirSync(temporary, { recursive: true })
      sweep(temporary)
      const place = (hash: string): string => path.join(folder, hash.slice(0, 2), hash.slice(2))
      const checked = new Map<string, string>()
      const install = (from: string, hash: string): void => {
        const target = place(hash)
        if (fs.mkdirSync(path.dirname(target), { recursive: true }) !== undefined) syncFolder(folder)
        fs.renameSync(from, target)
        syncFolder(path.dirname(target))
        checked.set(hash, stampOf(target)!)
      }
      return {
        path: place,
        verify: (hash) =>
          Effect.tryPromise({
            try: async () => {
              const stamp = stampOf(place(hash))
              if (stamp === undefined) return false
              if (checked.get(hash) === stamp) return true
              const right = (await digest(place(hash), "r")).hash === hash
              if (right) checked.set(hash, stamp)
              return right
            },
            catch: (cause) => failed(place(hash), cause)
          }),
        temporary: () => path.join(temporary, randomUUID()),
        adopt: (file) =>
          Effect.tryPromise({ try: () => digest(file, "r+"), catch: (cause) => failed(file, cause) }).pipe(
            Effect.tap(({ hash }) =>
              Effect.try({ try: () => install(file, hash), catch: (cause) => failed(place(hash), cause) })
            )
          ),
        discard: (file) => Effect.sync(() => fs.rmSync(file, { force: true })),
        remove: (hash) => {
          checked.delete(hash)
          fs.rmSync(place(hash), { force: true })
        }
      } satisfies Objects
    },
    catch: (cause) => failed(root, cause)
  })
