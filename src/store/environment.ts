/** Facts about program and machine, as they are stored with every run. */
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import { findPackageJSON } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import type { Environment } from "../pipeline/run/Records.ts"

export interface Options {
  /** Folder of the study, whose git state and lockfile are taken. */
  readonly folder: string
  /** Threads of every pool that the run uses, by name. */
  readonly threads: { readonly [pool: string]: number }
}

type Facts = { [name: string]: string | number }

/** Longest recorded diff, in characters. */
const diffLimit = 200_000

const git = (folder: string, ...args: ReadonlyArray<string>): Effect.Effect<string | undefined> =>
  Effect.callback((resume) => {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 10_000 }
    execFile("git", [...args], options, (error, stdout) => resume(Effect.succeed(error === null ? stdout : undefined)))
  })

const capped = (text: string): string =>
  text.length <= diffLimit ? text : `${text.slice(0, diffLimit)}\n[cut at ${diffLimit} of ${text.length} characters]`

/** No git, or no repository: no git facts. */
const gitFacts = (folder: string): Effect.Effect<Facts> =>
  Effect.gen(function*() {
    const commit = yield* git(folder, "rev-parse", "HEAD")
    if (commit === undefined) return {}
    const diff = (yield* git(folder, "diff", "HEAD", "--no-ext-diff", "--no-color")) ?? ""
    const untracked = (yield* git(folder, "ls-files", "--others", "--exclude-standard")) ?? ""
    return {
      "git.commit": commit.trim(),
      "git.dirty": diff === "" && untracked === "" ? 0 : 1,
      "git.diff": capped(diff),
      "git.untracked": untracked.slice(0, diffLimit)
    }
  })

const upwards = (folder: string, name: string): string | undefined => {
  const file = path.join(folder, name)
  if (fs.existsSync(file)) return file
  const parent = path.dirname(folder)
  return parent === folder ? undefined : upwards(parent, name)
}

const lockfile = (folder: string): Facts => {
  const file = upwards(path.resolve(folder), "package-lock.json")
  return file === undefined ? {} : { lockfile: createHash("sha256").update(fs.readFileSync(file)).digest("hex") }
}

const packages = ["effect", "onnxruntime-node", "sharp", "better-sqlite3", "drizzle-orm"]

const version = (file: string | URL | undefined): string =>
  file === undefined ? "unknown" : String(JSON.parse(fs.readFileSync(file, "utf8")).version)

const versions = (): Facts => ({
  "version.assay": version(new URL("../../package.json", import.meta.url)),
  ...Object.fromEntries(packages.map((name) => [`version.${name}`, version(findPackageJSON(name, import.meta.url))]))
})

const machine = (): Facts => {
  const cpus = os.cpus()
  return {
    node: process.version,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memory: os.totalmem()
  }
}

/** Facts of program and machine, as they are stored with every run. What cannot be found out is left out. */
export const collect = (options: Options): Effect.Effect<Environment> =>
  Effect.map(gitFacts(options.folder), (fromGit) => ({
    facts: {
      ...fromGit,
      ...lockfile(options.folder),
      ...machine(),
      ...versions(),
      ...Object.fromEntries(Object.entries(options.threads).map(([pool, count]) => [`threads.${pool}`, count]))
    }
  }))
