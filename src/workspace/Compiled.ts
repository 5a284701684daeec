/** Studies that compiled. While what the compiler read is as it was, it says the same again, so it need not be asked. */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Schema from "effect/Schema"

/** What was there when a study compiled: files as their metadata tells them, and which modules lay beside them. */
const Seen = Schema.fromJsonString(Schema.Struct({
  files: Schema.Record(Schema.String, Schema.String),
  modules: Schema.Record(Schema.String, Schema.String)
}))
const Memory = Schema.fromJsonString(Schema.Struct({ fileNames: Schema.Array(Schema.String) }))

/** Changes with every writing of a file, also with one that sets back the time of its change; "" where there is none. */
const stateOf = (stats: fs.Stats | undefined): string => stats === undefined ? "" : `${stats.ctimeMs} ${stats.size}`

const isModule = (name: string): boolean => /\.([cm]?[jt]sx?|json)$/.test(name)

/** A new module may stand for one that was found elsewhere before. */
const modulesIn = (folder: string): string => {
  try {
    return fs.readdirSync(folder).filter(isModule).toSorted().join(" ")
  } catch {
    return ""
  }
}

/** The file that knows of what is compiled by this config: studies share a place. */
const recordIn = (place: string, config: string): string =>
  path.join(place, `compiled-${createHash("sha256").update(config).digest("hex").slice(0, 16)}.json`)

/** Whether what is compiled by a config has compiled, and nothing changed since. */
export const isKnown = (place: string, config: string): boolean => {
  try {
    const { files, modules } = Schema.decodeSync(Seen)(fs.readFileSync(recordIn(place, config), "utf8"))
    return Object.entries(files).every(([file, state]) => stateOf(fs.statSync(file, { throwIfNoEntry: false })) === state) &&
      Object.entries(modules).every(([folder, names]) => modulesIn(folder) === names)
  } catch {
    return false // nothing is known, or somebody spoilt it
  }
}

/** What to note of all that the compiler read, which its own memory names; undefined where something was written since it began. */
const seenBy = (memory: string, others: ReadonlyArray<string>, since: number): typeof Seen.Type | undefined => {
  const { fileNames } = Schema.decodeSync(Memory)(fs.readFileSync(memory, "utf8"))
  // libraries of the compiler stand there without a folder, and come and go with it
  const read = fileNames.filter((name) => name.includes("/")).map((name) => path.resolve(path.dirname(memory), name))
  const files = [...read, ...others].map((file) => [file, fs.statSync(file)] as const)
  if (files.some(([, { ctimeMs }]) => ctimeMs >= since)) return undefined
  const own = read.map((file) => path.dirname(file)).filter((folder) => !folder.split(path.sep).includes("node_modules"))
  return {
    files: Object.fromEntries(files.map(([file, stats]) => [file, stateOf(stats)])),
    modules: Object.fromEntries([...new Set(own)].map((folder) => [folder, modulesIn(folder)]))
  }
}

/**
 * Notes that something compiled by a config. `memory` is the compiler's own, which names the files that it read; `others` are further
 * files that decide; `since` is when it began, in milliseconds: what was written after that it may not have read.
 */
export const remember = (place: string, config: string, memory: string, others: ReadonlyArray<string>, since: number): void => {
  try {
    const seen = seenBy(memory, others, since)
    if (seen === undefined) return
    const record = recordIn(place, config)
    fs.writeFileSync(`${record}.${process.pid}`, Schema.encodeSync(Seen)(seen))
    fs.renameSync(`${record}.${process.pid}`, record)
  } catch {
    // what is not noted is asked again
  }
}
