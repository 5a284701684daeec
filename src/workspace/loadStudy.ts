/** Studies as they are loaded from their files. */
import * as fs from "node:fs"
import * as module from "node:module"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import manifest from "../../package.json" with { type: "json" }
import type { Experiment } from "../pipeline/declare/Experiment.ts"
import { exits } from "../pipeline/Errors.ts"
import { faceOf } from "../pipeline/faces.ts"
import { codeOf } from "../pipeline/reason.ts"

/** A study file cannot be used: `message` names the file, the line where it is known, and the remedy. */
export class StudyError extends Data.TaggedError("StudyError")<{
  readonly file: string
  readonly message: string
}> {
  readonly exitCode = exits.invalid
}

/** A study and the file that it was loaded from. */
export interface Study {
  readonly file: string
  readonly experiment: Experiment
}

const isExperiment = (value: unknown): value is Experiment =>
  typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" &&
  "variants" in value && Array.isArray(value.variants) && "seeds" in value && Array.isArray(value.seeds)

const packageOf = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

let served = false

/** Whether a module is no package's: a study's, or what it imports by path. */
const isOfStudy = (url: string | undefined): boolean => url?.includes("/node_modules/") !== true

/**
 * Lets a study file stand anywhere on the disk and still `import ... from "assay"`, which is this program, and from the
 * packages that this program rests on, where the file finds no others. Its `effect` is always ours: values of another copy,
 * such as schemas, are not understood here.
 */
const serveItself = (): void => {
  if (served) return
  served = true
  module.registerHooks({
    resolve: (specifier, context, next) => {
      const own = faceOf(specifier)
      if (own !== undefined) return { url: own, shortCircuit: true }
      const name = packageOf(specifier)
      if (!(name in manifest.dependencies)) return next(specifier, context)
      const asOurs = () => next(specifier, { ...context, parentURL: import.meta.url })
      if (name === "effect" && isOfStudy(context.parentURL)) return asOurs()
      try {
        return next(specifier, context)
      } catch {
        return asOurs()
      }
    }
  })
}

/** Reads a study file as TypeScript whatever a package.json above it says of modules. */
const asTypeScript = (entry: string): void => {
  module.registerHooks({
    resolve: (specifier, context, next) => {
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

const explain = (file: string, error: unknown): StudyError => {
  const invalid = (message: string) => new StudyError({ file, message })
  if (!(error instanceof Error)) return invalid(`${file} threw ${String(error)} while it was loaded.`)
  const code = codeOf(error)
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

const notRegular = (file: string, holds: "study" | "reward"): StudyError | undefined => {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  const example = holds === "study" ? ", for example one under pipelines/." : "."
  if (stat === undefined) return new StudyError({ file, message: `There is no ${holds} file ${file}. Name an existing file${example}` })
  if (!stat.isFile()) return new StudyError({ file, message: `${file} is no file. Name a ${holds} file${example}` })
  return undefined
}

/** Imports a module of a user's, anywhere on the disk; `holds` is what it is imported for. */
export const importModule = (file: string, holds: "study" | "reward" = "study"): Effect.Effect<{ readonly [name: string]: unknown }, StudyError> =>
  Effect.gen(function*() {
    const wrong = notRegular(file, holds)
    if (wrong !== undefined) return yield* wrong
    const url = pathToFileURL(path.resolve(file))
    return yield* Effect.tryPromise({
      try: async () => {
        serveItself()
        asTypeScript(url.href)
        return await import(url.href) as { readonly [name: string]: unknown }
      },
      catch: (error) => explain(file, error)
    })
  })

/** Loads the study that a file exports by default; one paragraph says what is wrong with one that cannot be loaded. */
export const loadStudy = (file: string): Effect.Effect<Study, StudyError> =>
  Effect.gen(function*() {
    const exported = (yield* importModule(file))["default"]
    if (isExperiment(exported)) return { file, experiment: exported }
    const found = exported === undefined ? "has no default export" : `exports ${describe(exported)} by default`
    return yield* new StudyError({
      file,
      message: `${file} ${found}; a study file ends in \`export default Experiment.make("name", { ... })\`.`
    })
  })

/** The study of an experiment that ran, whose file may have moved since. */
export const loadStudyOf = (experiment: string, file: string): Effect.Effect<Study, StudyError> =>
  Effect.mapError(loadStudy(file), ({ message }) => new StudyError({ file, message: `${message} --file names the study of ${experiment} elsewhere.` }))

/** Whether an experiment is of a study: its name has the scale and overrides after the study's. */
export const isOf = (experiment: string, study: string): boolean =>
  experiment.startsWith(study) && ["", "@", " "].includes(experiment.slice(study.length, study.length + 1))

const describe = (value: unknown): string =>
  Array.isArray(value) ? "a list" : typeof value === "object" ? "something else" : `a ${typeof value}`

/** The path that the journal stores for a study file: relative to the working folder where it lies below it. */
export const storedPath = (file: string): string => {
  const relative = path.relative(process.cwd(), path.resolve(file))
  return relative.startsWith("..") ? path.resolve(file) : relative
}
