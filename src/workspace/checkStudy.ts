/** Type checks of study files, by the compiler that is at hand. */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import { reasonOf } from "../pipeline/reason.ts"
import { StudyError } from "./loadStudy.ts"

/** The root of this program, and its modules as the compiler is to read them: sources, or declarations where it is built. */
const root = fileURLToPath(new URL("../..", import.meta.url))
const modules = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const ending = import.meta.url.endsWith(".ts") ? ".ts" : ".d.ts"

/** The compiler that a study's own project has, or else this program's. */
const compiler = (file: string): string | undefined => {
  for (const from of [path.resolve(file), path.join(root, "package.json")]) {
    try {
      const manifest = createRequire(pathToFileURL(from)).resolve("typescript/package.json")
      return path.join(path.dirname(manifest), "bin", "tsc")
    } catch {
      // not there
    }
  }
  return undefined
}

const nearest = (folder: string, name: string): string | undefined => {
  const found = path.join(folder, name)
  if (fs.existsSync(found)) return found
  const parent = path.dirname(folder)
  return parent === folder ? undefined : nearest(parent, name)
}

/** Where the compiler finds `assay` and what it rests on, for a study that stands outside of every project. */
const paths = {
  assay: [path.join(modules, `index${ending}`)],
  "assay/*": [path.join(modules, `*${ending}`)],
  effect: [path.join(root, "node_modules/effect")],
  "effect/*": [path.join(root, "node_modules/effect/dist/*")]
}

const options = {
  module: "NodeNext",
  target: "ES2023",
  lib: ["ES2024"],
  strict: true,
  exactOptionalPropertyTypes: true
}

/** The study's project as it stands, or one of our own; only the study is checked, and nothing is written. */
const project = (file: string): object => {
  const own = nearest(path.dirname(path.resolve(file)), "tsconfig.json")
  const always = { noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: [] }
  return {
    ...(own === undefined ? {} : { extends: own }),
    compilerOptions: { ...(own === undefined ? { ...options, paths } : {}), ...always },
    files: [path.resolve(file)],
    include: []
  }
}

/** The errors in what a compiler printed: those of the user's files, each with the lines that belong to it. */
const errorsIn = (output: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const line of output.split("\n")) {
    if (/^\S.*\(\d+,\d+\): error TS\d+/.test(line) || /^error TS\d+/.test(line)) found.push(line)
    else if (/^\s+\S/.test(line) && found.length > 0) found.push(`${found.pop()}\n${line}`)
  }
  return found
}

/** A compiler that was started: what it finds, or that nobody wants to know any more. */
const compile = (tsc: string, config: string): Effect.Effect<string, StudyError> =>
  Effect.callback((resume) => {
    const child = spawn(process.execPath, [tsc, "-p", config, "--pretty", "false"], { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (text) => output += String(text))
    child.on("error", (cause) => resume(Effect.fail(new StudyError({ file: tsc, message: reasonOf(cause) }))))
    child.on("close", () => resume(Effect.succeed(output)))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/**
 * What does not compile in a study, one text an error; empty when all does, undefined where there is no compiler (the npm
 * package `typescript`).
 */
export const checkStudy = (file: string): Effect.Effect<ReadonlyArray<string> | undefined, StudyError> =>
  Effect.gen(function*() {
    const tsc = compiler(file)
    if (tsc === undefined) return undefined
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "assay-check-"))),
      (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
    )
    const config = path.join(folder, "tsconfig.json")
    fs.writeFileSync(config, JSON.stringify(project(file)))
    return errorsIn(yield* compile(tsc, config))
  }).pipe(Effect.scoped)
