/** Type checks of study files, by the compiler that is at hand. */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import { reasonOf } from "../pipeline/reason.ts"
import { temporaryOfUser } from "../pipeline/temporary.ts"
import * as Compiled from "./Compiled.ts"
import { StudyError } from "./loadStudy.ts"

/** The modules of this program as the compiler is to read them: sources, or declarations where it is built. */
const modules = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const ending = import.meta.url.endsWith(".ts") ? ".ts" : ".d.ts"

/** The folder of a package as a file finds it; undefined where it is not there. */
const packageFolder = (name: string, from: string): string | undefined => {
  try {
    return path.dirname(createRequire(from).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

const urlOf = (file: string): string => pathToFileURL(path.resolve(file)).href

/** The compiler that a study's own project has, or else this program's. */
const compiler = (file: string): string | undefined => {
  const folder = packageFolder("typescript", urlOf(file)) ?? packageFolder("typescript", import.meta.url)
  return folder === undefined ? undefined : path.join(folder, "bin", "tsc")
}

const nearest = (folder: string, name: string): string | undefined => {
  const found = path.join(folder, name)
  if (fs.existsSync(found)) return found
  const parent = path.dirname(folder)
  return parent === folder ? undefined : nearest(parent, name)
}

/** Where the compiler finds `assay`, and `effect` with it, for a study whose own project has no assay. */
const paths = () => {
  const effect = packageFolder("effect", import.meta.url) ?? ""
  return {
    assay: [path.join(modules, `index${ending}`)],
    "assay/*": [path.join(modules, `*${ending}`)],
    effect: [effect],
    "effect/*": [path.join(effect, "dist", "*")]
  }
}

/** How a study is compiled that stands outside of every project: as a module, as it is loaded. */
const strict = () => {
  const node = packageFolder("@types/node", import.meta.url)
  return {
    module: "ESNext",
    moduleResolution: "bundler",
    target: "ES2023",
    lib: ["ES2024"],
    strict: true,
    exactOptionalPropertyTypes: true,
    ...(node === undefined ? { types: [] } : { types: ["node"], typeRoots: [path.dirname(node)] })
  }
}

/** What the compiler remembers of the files of a check. It tells by itself what of that still holds. */
const memory = "known.tsbuildinfo"

/** Only the study is checked, and nothing is written but what is remembered, whatever its project says. */
const always = {
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  composite: null,
  incremental: true,
  tsBuildInfoFile: memory
}

/** The study's project as it stands, or one of our own. */
const project = (file: string, own: string | undefined): object => ({
  ...(own === undefined ? {} : { extends: own }),
  compilerOptions: {
    ...(own === undefined ? strict() : {}),
    ...(packageFolder("assay", urlOf(file)) === undefined ? { paths: paths() } : {}),
    ...always
  },
  files: [path.resolve(file)],
  include: []
})

/** Whether a project's settings stand in its own file: what that takes from others may change without it. */
const isWhole = (own: string | undefined): boolean => own === undefined || !fs.readFileSync(own, "utf8").includes("\"extends\"")

const makeFolderIn = (home: string): string => {
  fs.mkdirSync(home, { recursive: true })
  return fs.mkdtempSync(path.join(home, "check-"))
}

/**
 * Makes a folder for our config. It lies among the packages of the study's project, where the compiler finds the types that
 * the project names; elsewhere where there are none, or where nothing may be written.
 */
const makeFolder = (own: string | undefined): string => {
  const packages = own === undefined ? undefined : nearest(path.dirname(own), "node_modules")
  const elsewhere = () => makeFolderIn(temporaryOfUser)
  try {
    return packages === undefined ? elsewhere() : makeFolderIn(path.join(packages, ".cache", "assay"))
  } catch {
    return elsewhere()
  }
}

/** Where what is remembered waits for the next check: beside the folders of checks, as the paths in it are relative to them. */
const kept = (folder: string): string => path.join(path.dirname(folder), memory)

const move = (from: string, to: string, by: (from: string, to: string) => void): void => {
  if (fs.existsSync(from)) by(from, to)
}

/** Whether an error is said of a module of this program, which a project with other settings may find fault with. */
const isOurs = (error: string): boolean =>
  path.resolve(/^(.*)\(\d+,\d+\): /.exec(error)?.[1] ?? "").startsWith(modules + path.sep)

/** The errors in what a compiler printed: those of the user's files, each with the lines that belong to it. */
const errorsIn = (output: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const line of output.split("\n")) {
    if (/^\S.*\(\d+,\d+\): error TS\d+/.test(line) || /^error TS\d+/.test(line)) found.push(line)
    else if (/^\s+\S/.test(line) && found.length > 0) found.push(`${found.pop()}\n${line}`)
  }
  return found.filter((error) => !isOurs(error))
}

interface Found {
  readonly output: string
  /** Null where it was killed. */
  readonly exitCode: number | null
}

/** A compiler that was started: what it finds, or that nobody wants to know any more. */
const compile = (tsc: string, config: string): Effect.Effect<Found, StudyError> =>
  Effect.callback((resume) => {
    const child = spawn(process.execPath, [tsc, "-p", config, "--pretty", "false"], { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    // planning goes on meanwhile, and where nothing is to run, nobody waits for the compiler
    if (child.pid !== undefined) os.setPriority(child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL)
    child.stdout.on("data", (text) => output += String(text))
    child.on("error", (cause) => resume(Effect.fail(new StudyError({ file: tsc, message: reasonOf(cause) }))))
    child.on("close", (exitCode) => resume(Effect.succeed({ output, exitCode })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const check = (file: string, isKnown: typeof Compiled.isKnown): Effect.Effect<ReadonlyArray<string> | undefined, StudyError> =>
  Effect.gen(function*() {
    const tsc = compiler(file)
    if (tsc === undefined) return undefined
    const own = nearest(path.dirname(path.resolve(file)), "tsconfig.json")
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => makeFolder(own)),
      (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
    )
    const config = JSON.stringify(project(file, own))
    const place = path.dirname(folder)
    if (isKnown(place, config)) return []
    const since = Date.now()
    fs.writeFileSync(path.join(folder, "tsconfig.json"), config)
    // a copy, and a rename at the end: checks may go on side by side
    move(kept(folder), path.join(folder, memory), fs.copyFileSync)
    const { exitCode, output } = yield* compile(tsc, path.join(folder, "tsconfig.json"))
    if (exitCode === 0 && isWhole(own)) Compiled.remember(place, config, path.join(folder, memory), [tsc, ...(own === undefined ? [] : [own])], since)
    move(path.join(folder, memory), kept(folder), fs.renameSync)
    return errorsIn(output)
  }).pipe(Effect.scoped)

/**
 * What does not compile in a study, one text an error; empty when all does, undefined where there is no compiler (the npm
 * package `typescript`).
 */
export const checkStudy = (file: string) => check(file, () => false)

/** As `checkStudy`, but without asking the compiler where the study compiled and nothing that it read has changed since. */
export const checkChanges = (file: string) => check(file, Compiled.isKnown)
