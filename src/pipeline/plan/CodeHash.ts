import { basename, dirname, sep } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type { Plugin } from "rolldown"
import { markPure } from "./pureCalls.ts"
import { sha256 } from "./Canonical.ts"
import { CodeError } from "../Errors.ts"
import type { CodeRef } from "../declare/Node.ts"

const engine = dirname(dirname(fileURLToPath(import.meta.url))) + sep

/** Engine modules whose code decides what stages compute, and not only how they are run. */
const deciding = new Set(["Random.ts", "Random.js"])

const entry = "\0entry"

/**
 * Follows the code of one export: its module and every module of ours that it uses. npm packages stay outside, and so
 * does the engine, whose repairs must not undo finished work.
 */
const closure = (file: string, name: string): Plugin => ({
  name: "closure",
  async resolveId(source, importer) {
    if (source === entry) return entry
    if (importer === entry) return { id: file, moduleSideEffects: false }
    if (!/^(\.|\/|file:)/.test(source)) return { id: source, external: true }
    const path = source.startsWith("file:") ? fileURLToPath(source) : source
    const found = await this.resolve(path, importer, { skipSelf: true })
    if (found === null || found.external !== false) return found
    return found.id.startsWith(engine) && !deciding.has(basename(found.id))
      ? { id: `engine:${basename(found.id)}`, external: true }
      : { ...found, moduleSideEffects: false }
  },
  load: (id) => id === entry ? `export { ${name} as it } from "it"` : undefined,
  async transform(code, id) {
    return /\.[cm]?[jt]sx?$/.test(id) ? { code: await markPure(code, id), map: null } : undefined
  }
})

const bundle = async (file: string, name: string): Promise<string> => {
  const { rolldown } = await import("rolldown")
  const build = await rolldown({
    input: entry,
    plugins: [closure(file, name)],
    treeshake: { moduleSideEffects: false, propertyReadSideEffects: false, unknownGlobalSideEffects: false },
    logLevel: "silent",
    platform: "node"
  })
  const { output } = await build.generate({ format: "esm", comments: false, codeSplitting: false, minify: true })
    .finally(() => build.close())
  return output.map((chunk) => chunk.type === "chunk" ? chunk.code : chunk.fileName).join("\n")
}

/**
 * A function from code to its hash: sha256 of the export's code and of all that it calls, stripped of everything that
 * cannot change a result.
 *
 * Comments, formatting, types, names of locals and exports that are not used do not change it; helpers and constants
 * do. Remembers what it hashed, so make a new one when files may have changed. Fails with `CodeError`.
 */
export const make = () => {
  const known = new Map<string, Promise<string>>()
  return (ref: CodeRef): Effect.Effect<string, CodeError> => {
    const key = `${ref.module}#${ref.export}`
    return Effect.tryPromise({
      try: () => {
        const started = known.get(key) ?? bundle(fileURLToPath(ref.module), ref.export).then(sha256)
        known.set(key, started)
        return started
      },
      catch: (cause) =>
        new CodeError({
          module: ref.module,
          message: `The code of "${ref.export}" in ${ref.module} cannot be followed: ` +
            (cause instanceof Error ? cause.message : String(cause))
        })
    })
  }
}
