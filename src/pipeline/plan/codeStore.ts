/** What is made from code, such as its hash, kept between commands: it is taken again only while every file that it was made from is as it was, to the byte. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { temporaryOfUser } from "../temporary.ts"
import { sha256 } from "./Canonical.ts"

/** Something made from code. It goes through JSON. */
export interface Made {
  /** sha256 of the text of every file that it depends on, by path; "" for one that must not be there. Undefined where that cannot be told. */
  readonly files: { readonly [path: string]: string } | undefined
}

/** The hash of some code. */
export interface Hashed extends Made {
  readonly hash: string
  /** Packages that it imports, and a module that does so. */
  readonly imports: ReadonlyArray<{ readonly specifier: string; readonly importer: string }>
  /** The same of those of the user's that it loads while it runs: a change of them changes what it does. */
  readonly later: { readonly [path: string]: string }
}

export interface CodeStore {
  /** What was kept under a name, where its files are as they were. Who keeps and who finds agree on what it is. */
  readonly find: <A extends Made>(name: string) => A | undefined
  readonly keep: <A extends Made>(name: string, made: A) => void
}

export const none: CodeStore = { find: () => undefined, keep: () => {} }

/** sha256 of the text of a file, "" where there is none. */
export const digestOf = (file: string): string => {
  try {
    return sha256(readFileSync(file, "utf8"))
  } catch {
    return ""
  }
}

/** The files that say how a module is to be read, as they are looked for: from its folder upwards, until there is one. */
export const settingsOf = (file: string): ReadonlyArray<string> =>
  ["package.json", "tsconfig.json"].flatMap((name) => {
    const looked: Array<string> = []
    for (let folder = dirname(file);; folder = dirname(folder)) {
      looked.push(join(folder, name))
      if (folder === dirname(folder) || statSync(looked.at(-1)!, { throwIfNoEntry: false }) !== undefined) return looked
    }
  })

/**
 * A store in a folder of its own, a file a name. It is there to save time: what cannot be read or written is as if it were not there.
 * Contents are compared, not times, so that an edit within a clock's tick or under an old date is seen. What a file was is read once.
 */
export const inFolder = (folder: string): CodeStore => {
  const digests = new Map<string, string>()
  const now = (file: string): string => {
    const digest = digests.get(file) ?? digestOf(file)
    digests.set(file, digest)
    return digest
  }
  const placeOf = (name: string): string => join(folder, `${sha256(name)}.json`)
  return {
    find: <A extends Made>(name: string) => {
      try {
        const place = placeOf(name)
        const { uid } = statSync(place)
        if ((process.getuid?.() ?? uid) !== uid) return undefined // temporary folders are everybody's
        const made = JSON.parse(readFileSync(place, "utf8")) as A
        return Object.entries(made.files!).every(([file, digest]) => now(file) === digest) ? made : undefined
      } catch {
        return undefined
      }
    },
    keep: (name, made) => {
      if (made.files === undefined) return
      try {
        const place = placeOf(name)
        const draft = `${place}.${process.pid}`
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        writeFileSync(draft, JSON.stringify(made), { flag: "wx" })
        renameSync(draft, place)
      } catch { /* then the next command makes it again */ }
    }
  }
}

/** The store of all commands of this user. */
export const ofUser: CodeStore = inFolder(join(temporaryOfUser, "code"))
