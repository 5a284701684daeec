/** Hashes of code: of an export, of all of ours that it calls, and the versions of the packages that it uses. */
import { realpathSync } from "node:fs"
import { isBuiltin } from "node:module"
import { dirname, extname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { stripVTControlCharacters } from "node:util"
import * as Effect from "effect/Effect"
import type { OutputChunk, Plugin } from "rolldown"
import type { CodeRef } from "../declare/Node.ts"
import { called } from "../declare/place.ts"
import { CodeError } from "../Errors.ts"
import { faceOf } from "../faces.ts"
import { reasonOf } from "../reason.ts"
import { sha256 } from "./Canonical.ts"
import { type CodeStore, digestOf, type Hashed, type Made, none, ofUser, settingsOf } from "./codeStore.ts"
import { once } from "./once.ts"
import { manifestOf, packageOf, versions } from "./packages.ts"
import { unfollowed } from "./rewrite.ts"
import { type Find, isScript, type Rewrite, rewriter } from "./rewriter.ts"
import { importsOf } from "./syntax.ts"

/** What an export's code is for the fingerprint. */
export interface Code {
  /** sha256 of the code, stripped of everything that cannot change a result. */
  readonly hash: string
  /** `name@version` of the npm packages that it uses and of what those rest on, sorted. */
  readonly packages: ReadonlyArray<string>
}

/** The folder of the engine, and that of the whole program. */
const engine = dirname(dirname(fileURLToPath(import.meta.url)))
export const program = dirname(engine)

/**
 * The name that an engine module goes by, or undefined for one that is followed. How stages are declared, planned and run
 * is left out, so that a repair of it does not undo finished work; what lies beside those folders, such as `Random`,
 * decides what stages compute. What fetches from the hub is left out, too: what it brings is pinned, and checked by its hash.
 */
const engineModule = (file: string): string | undefined => {
  const name = (path: string) => `engine:${path.replace(/\.[jt]s$/, "").replaceAll(sep, "/")}`
  const [inEngine, inProgram] = [relative(engine, file), relative(program, file)]
  if (/^(declare|plan|run)[\\/]/.test(inEngine)) return name(inEngine)
  return /^hub[\\/]/.test(inProgram) ? name(inProgram) : undefined
}

const isPath = (source: string): boolean => /^(\.|\/|file:)/.test(source)

const isInstalled = (file: string): boolean => /[\\/]node_modules[\\/]/.test(file)

/** Whether a specifier may mean code of the user's own that goes by a name: of a package of the same workspace, or by `#`. */
const isNamed = (specifier: string, importer: string): boolean => {
  if (isBuiltin(specifier) || importer.startsWith(program) || isInstalled(importer)) return false
  if (specifier.startsWith("#")) return true
  const manifest = packageOf(specifier) === "effect" ? undefined : manifestOf(packageOf(specifier), pathToFileURL(importer))
  return manifest !== undefined && !isInstalled(realpathSync(manifest))
}

const entry = "\0entry"
const worker = "worker:"

/** What one bundle came across. */
interface Found {
  /** An importer of every package that was named: one within this program, one of the user's, as each may find its own copy. */
  readonly importers: Map<string, Hashed["imports"][number]>
  /** Code of workers by their hash, and the file of each. */
  readonly workers: Map<string, Hashed & { readonly file: string }>
  /** sha256 of every module's text, by its file. */
  readonly files: Map<string, string>
  /** Modules that are loaded with a module. */
  readonly loads: Map<string, Array<string>>
  /** An import that does not name its file in full, so that another file could come between. */
  vague: boolean
}

/** What is to be bundled: an export, or a module with all that happens on loading it. */
interface Wanted {
  readonly source: string
  readonly whole: boolean
}

/** What bundles share: the code of workers, modules as they were rewritten (with the sha256 of what they were), and what is kept. */
interface Shared {
  readonly codeOfWorker: (file: string) => Promise<Hashed>
  readonly rewritten: Rewrite
  readonly store: CodeStore
}

const closure = ({ source, whole }: Wanted, found: Found, { codeOfWorker, rewritten }: Shared): Plugin => ({
  name: "closure",
  async resolveId(wanted, importer, { kind }) {
    if (wanted === entry) return entry
    const noted = <R extends { readonly id: string }>(resolved: R): R => {
      if (importer !== undefined && kind !== "dynamic-import") found.loads.set(importer, [...found.loads.get(importer) ?? [], resolved.id])
      return resolved
    }
    if (wanted.startsWith(worker)) return { id: `\0${wanted}`, moduleSideEffects: false }
    const own = faceOf(wanted)
    const external = (specifier: string) => {
      if (importer !== undefined) {
        found.importers.set(`${specifier} ${importer.startsWith(program)}`, { specifier, importer })
      }
      return { id: specifier, external: true, moduleSideEffects: whole }
    }
    if (own === undefined && !isPath(wanted)) {
      if (importer === undefined || !isNamed(wanted, importer)) return external(wanted)
      const resolved = await this.resolve(wanted, importer, { skipSelf: true })
      if (resolved === null) throw new Error(`"${wanted}" is found nowhere, as ${importer} imports it`)
      if (isBuiltin(resolved.id)) return external(resolved.id)
      if (isInstalled(resolved.id)) return external(resolved.id.replaceAll(sep, "/").split("/node_modules/").at(-1)!)
      found.vague ||= !wanted.startsWith("#") // another package of that name could come nearer
      return noted({ ...resolved, external: false, moduleSideEffects: true })
    }
    const at = own ?? wanted
    const path = at.startsWith("file:") ? fileURLToPath(at) : at
    const resolved = await this.resolve(path, importer === entry ? undefined : importer, { skipSelf: true })
    if (resolved === null || resolved.external !== false) return resolved
    if (resolved.id !== resolve(dirname(importer ?? ""), path)) found.vague = true
    const left = importer === entry ? undefined : engineModule(resolved.id)
    // what a module of the user's does on loading counts, whoever uses what it exports
    return left === undefined
      ? noted({ ...resolved, moduleSideEffects: whole || !resolved.id.startsWith(program) })
      : { id: left, external: true }
  },
  async load(id) {
    if (id === entry) return source
    if (!id.startsWith(`\0${worker}`)) return undefined
    const file = id.slice(worker.length + 1)
    const code = await codeOfWorker(file)
    found.workers.set(code.hash, { ...code, file })
    return `export default ${JSON.stringify(code.hash)}`
  },
  async transform(code, id) {
    const find: Find = async (specifier, importer) => {
      if (!isPath(specifier) && !isNamed(specifier, importer)) return undefined
      const path = specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier
      const resolved = await this.resolve(path, importer)
      return resolved === null || resolved.external !== false || resolved.id.startsWith(program) ? undefined : resolved.id
    }
    const rewrote = isScript(id) ? await rewritten(code, id, find) : undefined
    if (!id.startsWith("\0")) found.files.set(id, rewrote?.digest ?? sha256(code))
    return rewrote === undefined ? undefined : { code: rewrote.code, map: null }
  }
})

/** Bundles what is wanted: what is left of it, as short as it gets or with the names and modules that it was written in. */
const bundled = async (wanted: Wanted, shared: Shared, minify: boolean) => {
  const { rolldown } = await import("rolldown")
  const found: Found = { importers: new Map(), workers: new Map(), files: new Map(), loads: new Map(), vague: false }
  const build = await rolldown({
    input: entry,
    plugins: [closure(wanted, found, shared)],
    treeshake: { moduleSideEffects: false, propertyReadSideEffects: false, unknownGlobalSideEffects: false },
    logLevel: "silent",
    optimization: minify ? {} : { inlineConst: false }, // a constant is to be seen where it is written
    platform: "node"
  })
  // in one piece, a module that is also imported on demand stands in a function, and what it declares is not to be seen
  const { output } = await build.generate({ format: "esm", comments: false, codeSplitting: !minify, minify })
    .finally(() => build.close())
  const chunks = output.filter((part): part is OutputChunk => part.type === "chunk")
  const text = chunks.map(({ code }) => code).join("\n")
  return { found, modules: chunks.flatMap((chunk) => Object.entries(chunk.modules)), text }
}

/** Files that say how hashes are made. */
const method = (): ReadonlyArray<string> => [
  ...["CodeHash", "effects", "names", "rewrite", "rewriter", "syntax"].map((name) => join(import.meta.dirname, `${name}${extname(import.meta.filename)}`)),
  manifestOf("rolldown", import.meta.url)!
]

/** All that a hash was made from. */
const filesOf = ({ files, vague, workers }: Found): Hashed["files"] => {
  const inner = [...workers.values()].map((worker) => worker.files)
  if (vague || inner.includes(undefined)) return undefined
  const beside = new Set([...method(), ...[...files.keys()].flatMap(settingsOf)])
  return Object.assign(Object.fromEntries([...beside].map((file) => [file, digestOf(file)])), ...inner, Object.fromEntries(files))
}

/** Of the user's files that the code has, those that are loaded while it runs: of a worker, all. */
const laterOf = ({ loads, workers }: Found, whole: boolean, used: ReadonlyArray<string>, text: string): Hashed["later"] => {
  const first = new Set(whole ? [] : [entry])
  for (const file of first) for (const next of loads.get(file) ?? []) first.add(next)
  const later = used.filter((file) => !first.has(file) && !file.startsWith("\0") && !file.startsWith(program))
  const inner = [...workers.values()].filter(({ hash }) => text.includes(hash)).map((worker) => worker.later)
  return Object.assign(Object.fromEntries(later.map((file) => [file, digestOf(file)])), ...inner)
}

/** Throws where the code imports what nobody knows before it runs. */
const checkFollowed = (text: string): void => {
  const [, place] = new RegExp(`${unfollowed}\\(["'\`](.+?)["'\`]\\)`).exec(text) ?? []
  if (place === undefined) return
  throw new Error(
    `${called(place)} imports what is only known when it runs. ` +
      "Write out what it may be, such as `{ half: () => import(\"./half.ts\") }[name]()`, so that changes there are seen."
  )
}

/** What is wanted, hashed. */
const bundle = async (wanted: Wanted, shared: Shared): Promise<Hashed> => {
  const name = `${program} ${wanted.source}`
  const kept = shared.store.find<Hashed>(name)
  if (kept !== undefined) return kept
  const { found, modules, text } = await bundled(wanted, shared, true)
  checkFollowed(text)
  const used = await importsOf(text) // the bundler's own list has imports that it dropped
  const own = [...found.importers.values()].filter(({ specifier }) => used.has(specifier) && !specifier.startsWith("node:"))
  const workers = [...found.workers.values()].filter(({ hash }) => text.includes(hash))
  const hashed = {
    hash: sha256(text),
    imports: [...own, ...workers.flatMap(({ imports }) => imports)],
    files: filesOf(found),
    later: laterOf(found, wanted.whole, modules.flatMap(([file, { code }]) => code === null ? [] : [file]), text)
  }
  shared.store.keep(name, hashed)
  return hashed
}

/** Versions are those that are installed now, not when the hash was made. */
const codeIn = ({ hash, imports }: Hashed, versionsOf: ReturnType<typeof versions>): Code => ({
  hash,
  packages: [...new Set(imports.flatMap(({ importer, specifier }) => versionsOf(specifier, importer)))].sort()
})

/** What the modules of some code hold, as it was written but for what it does not use. By file, those of workers too. */
export type Sources = ReadonlyMap<string, string>

const sourcesOf = async (wanted: Wanted, shared: Shared, seen: Set<string>): Promise<Sources> => {
  const { found, modules, text } = await bundled(wanted, shared, false)
  const sources = new Map(modules.flatMap(([file, { code }]) => code === null || file.startsWith("\0") ? [] : [[file, code] as const]))
  for (const { file, hash } of found.workers.values()) {
    if (seen.has(file) || !text.includes(hash)) continue
    seen.add(file)
    for (const [inner, code] of await sourcesOf(ofWorker(file), shared, seen)) sources.set(inner, code)
  }
  return sources
}

/** With all its exports: it may be imported by who gets its URL. */
const ofWorker = (file: string): Wanted => ({ source: `import * as all from ${JSON.stringify(file)}; export { all }`, whole: true })

const ofExport = (ref: CodeRef): Wanted =>
  ({ source: `export { ${ref.export} as it } from ${JSON.stringify(fileURLToPath(ref.module))}`, whole: false })

/**
 * A function from code to what it is for the fingerprint: the export's code and all that it calls, also through
 * `import ... from "assay"` and behind the URL of a worker.
 *
 * Comments, formatting, types, names of locals and exports that are not used do not change the hash; helpers and constants
 * do. Remembers what it hashed, so make a new one when files may have changed; `store` remembers it for other commands. Fails with
 * `CodeError`.
 */
export const make = (store: CodeStore = none) => {
  const codes = new Map<string, Promise<Hashed & Code>>()
  const workers = new Map<string, Promise<Hashed>>()
  const versionsOf = versions(program)
  const shared: Shared = {
    codeOfWorker: (file) => once(workers, file, () => bundle(ofWorker(file), shared)),
    rewritten: rewriter((file) => file.startsWith(program)),
    store
  }
  const attempt = <A>(ref: CodeRef, work: () => Promise<A>): Effect.Effect<A, CodeError> =>
    Effect.tryPromise({ try: work, catch: (cause) => new CodeError({ module: ref.module, message: explain(ref, reasonOf(cause)) }) })
  const keyOf = (ref: CodeRef) => `${fileURLToPath(ref.module)}#${ref.export}`
  const known = (ref: CodeRef) =>
    once(codes, keyOf(ref), async () => {
      const hashed = await bundle(ofExport(ref), shared)
      return { ...hashed, ...codeIn(hashed, versionsOf) }
    })
  const codeOf = (ref: CodeRef): Effect.Effect<Code, CodeError> =>
    attempt(ref, async () => {
      const { hash, packages } = await known(ref)
      return { hash, packages }
    })
  /** Files that it loads while it runs, and that are no longer as they were when its hash was made; none if it was not. */
  const changed = (ref: CodeRef): Effect.Effect<ReadonlyArray<string>, CodeError> =>
    attempt(ref, async () => {
      const { later } = await codes.get(keyOf(ref)) ?? { later: {} }
      return Object.entries(later).filter(([file, digest]) => digestOf(file) !== digest).map(([file]) => file)
    })
  /** What `work` makes of what the code consists of, which is kept as its hash is, under a `kind` of its own. */
  const made = <A>(ref: CodeRef, kind: string, work: (sources: Sources) => Promise<A>): Effect.Effect<A, CodeError> =>
    attempt(ref, async () => {
      const name = `${kind} ${program} ${keyOf(ref)}`
      const kept = store.find<Made & { readonly value: A }>(name)
      if (kept !== undefined) return kept.value
      const { files } = await known(ref)
      const value = await work(await sourcesOf(ofExport(ref), shared, new Set()))
      // files may have changed since their hash was made, and what was made is of them as they are
      const isOfThem = Object.entries(files ?? {}).every(([file, digest]) => digestOf(file) === digest)
      if (isOfThem) store.keep(name, { files, value })
      return value
    })
  return Object.assign(codeOf, { changed, made })
}

/** Hashes of a process stay right while it lives, as loaded modules do not change. */
export const ofProcess = make(ofUser)

/** The bundler's drawings of code have colours, also where nobody can see them. */
const explain = ({ export: name, module }: CodeRef, reason: string): string =>
  reason.includes("MISSING_EXPORT")
    ? `"${name}" is made in ${called(module)} and not exported from it, so that its code cannot be followed. ` +
      `Write \`export const ${name}\`.`
    : `The code of "${name}" in ${called(module)} cannot be followed: ${stripVTControlCharacters(reason)}`
