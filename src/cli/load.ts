import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as module from "node:module"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Experiment } from "../pipeline/declare/Experiment.ts"
import { type Failure, invalid } from "./Failure.ts"

const isExperiment = (value: unknown): value is Experiment =>
  typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" &&
  "variants" in value && Array.isArray(value.variants) && "seeds" in value && Array.isArray(value.seeds)

/** Lets a study file stand anywhere on the disk and still `import ... from "assay"`: this program is what it means. */
const serveItself = (entry: string): void => {
  module.registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === "assay") return { url: new URL("../index.ts", import.meta.url).href, shortCircuit: true }
      const resolved = next(specifier, context)
      return resolved.url === entry ? { ...resolved, format: "module-typescript" } : resolved
    }
  })
}

/** The place in the user's own files that an error comes from, where its stack or its text tells. */
const placeIn = (file: string, error: Error): string => {
  const stack = error.stack ?? ""
  const name = path.basename(file).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  const line = new RegExp(`${name}:(\\d+)`).exec(stack)?.[1]
  return line === undefined ? file : `${file}:${line}`
}

/** First sentence of an error as one line; Node puts pictures of the code into some messages. */
const firstLine = (text: string): string =>
  text.split("\n").map((line) => line.trim()).find((line) => line !== "") ?? text

const explain = (file: string, error: unknown): Failure => {
  if (!(error instanceof Error)) return invalid(`${file} threw ${String(error)} while it was loaded.`)
  const code = "code" in error ? String(error.code) : ""
  if (code === "ERR_MODULE_NOT_FOUND") {
    return invalid(`${file} cannot be loaded: ${firstLine(error.message)}. Check the import, and its .ts ending.`)
  }
  if (
    error instanceof SyntaxError || code.startsWith("ERR_INVALID_TYPESCRIPT") ||
    code.startsWith("ERR_UNSUPPORTED_TYPESCRIPT")
  ) {
    return invalid(`${placeIn(file, error)} is not valid TypeScript that Node can strip: ${firstLine(error.message)}`)
  }
  return invalid(`${placeIn(file, error)}: ${firstLine(error.message)}`)
}

const notRegular = (file: string): Failure | undefined => {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) {
    return invalid(`There is no study file ${file}. Name an existing file, for example one under pipelines/.`)
  }
  if (!stat.isFile()) return invalid(`${file} is no file. Name a study file, for example one under pipelines/.`)
  return undefined
}

/** Loads the study that a file exports by default; one paragraph says what is wrong with one that cannot be loaded. */
export const load = (file: string): Effect.Effect<Experiment, Failure> =>
  Effect.gen(function*() {
    const wrong = notRegular(file)
    if (wrong !== undefined) return yield* wrong
    const url = pathToFileURL(path.resolve(file))
    const loaded: unknown = yield* Effect.tryPromise({
      try: async () => {
        serveItself(url.href)
        return await import(url.href)
      },
      catch: (error) => explain(file, error)
    })
    const exported = (loaded as { readonly default?: unknown }).default
    if (isExperiment(exported)) return exported
    const found = exported === undefined ? "has no default export" : `exports ${describe(exported)} by default`
    return yield* invalid(`${file} ${found}; a study file ends in \`export default Experiment.make("name", { ... })\`.`)
  })

const describe = (value: unknown): string =>
  Array.isArray(value) ? "a list" : typeof value === "object" ? "something else" : `a ${typeof value}`

/** The path that the journal stores for a study file: relative to the working folder where it lies below it. */
export const storedPath = (file: string): string => {
  const relative = path.relative(process.cwd(), path.resolve(file))
  return relative.startsWith("..") ? path.resolve(file) : relative
}

/** The folder of this program. */
export const home = fileURLToPath(new URL("../..", import.meta.url))
