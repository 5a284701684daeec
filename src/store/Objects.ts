/** The object folder: files under the hash of their content. */
import * as Effect from "effect/Effect"
import { createHash, randomUUID } from "node:crypto"
import * as fs from "node:fs"
import { open as openFile } from "node:fs/promises"
import * as path from "node:path"
import { isEverybodys, troubleOf } from "../pipeline/fileTrouble.ts"
import { sync } from "./durable.ts"
import { StoreError } from "./storeError.ts"

/** Content-addressed files: the content with sha256 `abcd...` lies at `ab/cd...`. */
export interface Objects {
  readonly path: (hash: string) => string
  /** True when the file is there and its content has that hash; read once a process for a given stamp. */
  readonly verify: (hash: string) => Effect.Effect<boolean, StoreError>
  /** What changes whenever the file does, without reading it; undefined where there is none. */
  readonly stamp: (hash: string) => Effect.Effect<string | undefined, StoreError>
  /** The stamp under which this process last found the content right, or put it down. */
  readonly found: (hash: string) => string | undefined
  /** A path for a file that is to be sealed and installed. */
  readonly temporary: Effect.Effect<string, StoreError>
  /** Removes what killed processes of this owner left half-written. None of them may be at work. */
  readonly sweep: Effect.Effect<void, StoreError>
  /** The same of one process. */
  readonly sweepOf: (writer: string) => Effect.Effect<void, StoreError>
  /** Puts the content of a temporary file on the disk, and says under which hash it is to be installed. */
  readonly seal: (file: string) => Effect.Effect<{ readonly hash: string; readonly bytes: number }, StoreError>
  /** Moves a sealed file to its place, durably. */
  readonly install: (file: string, hash: string) => Effect.Effect<void, StoreError>
  readonly discard: (file: string) => Effect.Effect<void>
  readonly remove: (hash: string) => void
  /** Every file that is there, by the hash of its place, with its size in bytes. */
  readonly all: Effect.Effect<ReadonlyMap<string, number>, StoreError>
}

interface Digest {
  readonly hash: string
  readonly bytes: number
}

/** Bytes up to which a file is read at once: it takes less time than asking for it and waiting does. */
const small = 1 << 16

/** Hashes a small file, and syncs one opened for writing; undefined for a large one. */
const digestSmall = (file: string, mode: "r" | "r+"): Digest | undefined => {
  const descriptor = fs.openSync(file, mode)
  try {
    if (fs.fstatSync(descriptor).size > small) return undefined
    const content = fs.readFileSync(descriptor)
    if (mode === "r+") fs.fsyncSync(descriptor)
    return { hash: createHash("sha256").update(content).digest("hex"), bytes: content.length }
  } finally {
    fs.closeSync(descriptor)
  }
}

/** The same for a large one, in pieces, so that neither memory nor the event loop feels its size. */
const digestLarge = async (file: string, mode: "r" | "r+"): Promise<Digest> => {
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

/** Explains why a file could not be read or written. */
export const failed = (file: string, cause: unknown): StoreError => {
  if (cause instanceof StoreError) return cause
  const reason = isEverybodys(cause) ? "unwritable" : "unexpected"
  return new StoreError({ reason, file, message: `${file} could not be read or written ${troubleOf(cause)}`, cause })
}

/** Whoever alters a file may set its time of modification back, but not that of its change, and a copy is another inode. */
const stampOf = (file: string): string | undefined => {
  const state = fs.statSync(file, { bigint: true, throwIfNoEntry: false })
  return state?.isFile() === true ? [state.dev, state.ino, state.size, state.mtimeNs, state.ctimeNs].join(":") : undefined
}

const attempt = <A>(file: string, work: () => A): Effect.Effect<A, StoreError> =>
  Effect.try({ try: work, catch: (cause) => failed(file, cause) })

/** The sha256 and the size of a file, which is synced where it is opened to be written. */
export const digest = Effect.fnUntraced(function*(file: string, mode: "r" | "r+", large: (file: string) => Promise<Digest> = (file) => digestLarge(file, mode)) {
  const found = yield* attempt(file, () => digestSmall(file, mode))
  return found ?? (yield* Effect.tryPromise({ try: () => large(file), catch: (cause) => failed(file, cause) }))
})

/**
 * The object folder at `root`. Half-written files of its `owner`, such as one of several databases beside it, lie apart from
 * those of others, and begin with the name of who writes them. Makes the folder with the first file.
 */
export const make = (root: string, owner: string, writer = "alone"): Objects => {
  const folder = path.resolve(root)
  const drafts = path.join(folder, "tmp", owner)
  const place = (hash: string): string => path.join(folder, hash.slice(0, 2), hash.slice(2))
  const checked = new Map<string, string>()
  const beingRead = new Map<string, Promise<Digest>>()
  /** One reading for all runs that come to a file side by side. */
  const readOnce = (file: string, stamp: string): Promise<Digest> => {
    const key = `${file} ${stamp}`
    const reading = beingRead.get(key) ?? digestLarge(file, "r").finally(() => beingRead.delete(key))
    beingRead.set(key, reading)
    return reading
  }
  const install = (from: string, hash: string): void => {
    const target = place(hash)
    if (fs.mkdirSync(path.dirname(target), { recursive: true }) !== undefined) sync(folder)
    fs.renameSync(from, target)
    sync(path.dirname(target))
    checked.set(hash, stampOf(target)!)
  }
  return {
    path: place,
    verify: (hash) =>
      Effect.flatMap(attempt(place(hash), () => stampOf(place(hash))), (stamp) => {
        if (stamp === undefined || checked.get(hash) === stamp) return Effect.succeed(stamp !== undefined)
        return Effect.map(digest(place(hash), "r", (file) => readOnce(file, stamp)), (found) => {
          if (found.hash === hash) checked.set(hash, stamp)
          else checked.delete(hash)
          return found.hash === hash
        })
      }),
    stamp: (hash) => attempt(place(hash), () => stampOf(place(hash))),
    found: (hash) => checked.get(hash),
    temporary: attempt(drafts, () => {
      fs.mkdirSync(drafts, { recursive: true })
      return path.join(drafts, `${writer}.${randomUUID()}`)
    }),
    sweep: attempt(drafts, () => fs.rmSync(drafts, { recursive: true, force: true })),
    sweepOf: (writer) =>
      attempt(drafts, () =>
        namesIn(drafts).filter((name) => name.startsWith(`${writer}.`)).forEach((name) => fs.rmSync(path.join(drafts, name), { force: true }))),
    seal: (file) => digest(file, "r+"),
    install: (file, hash) => attempt(place(hash), () => install(file, hash)),
    discard: (file) => Effect.sync(() => fs.rmSync(file, { force: true })),
    remove: (hash) => {
      checked.delete(hash)
      fs.rmSync(place(hash), { force: true })
    },
    all: attempt(folder, () => new Map(shelves(folder).flatMap((shelf) => filesOn(folder, shelf))))
  }
}

const namesIn = (folder: string): ReadonlyArray<string> => fs.existsSync(folder) ? fs.readdirSync(folder) : []

const shelves = (folder: string): ReadonlyArray<string> => namesIn(folder).filter((name) => /^[0-9a-f]{2}$/.test(name))

const filesOn = (folder: string, shelf: string) =>
  namesIn(path.join(folder, shelf)).filter((name) => /^[0-9a-f]{62}$/.test(name)).flatMap((name) => {
    const state = fs.lstatSync(path.join(folder, shelf, name), { throwIfNoEntry: false })
    return state?.isFile() === true ? [[`${shelf}${name}`, state.size] as const] : []
  })
