/** Processes that run a study in a folder, and what they said. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** A stage of every kind, on the tiny model: some seconds. */
export const every = path("studies/every.ts")
/** The engine's toy: a fraction of a second, so that most of it is the engine's own work. */
export const toy = fileURLToPath(new URL("../../cli/studies/tastes.ts", import.meta.url))

/** Stages that say when they are executed, and by whom. */
export const shared = path("studies/shared.ts")

export const child = (name: string): string => path(`children/${name}.ts`)

const bin = fileURLToPath(new URL("../../../bin/assay.js", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface Options {
  readonly env?: { readonly [name: string]: string }
  /** Options of Node itself. */
  readonly node?: ReadonlyArray<string>
}

const started = (folder: string, command: string, args: ReadonlyArray<string>, env: Options["env"] = {}) => {
  const { ASSAY_DB: _, ...inherited } = process.env
  const running = spawn(command, args, { cwd: folder, env: { ...inherited, NO_COLOR: "1", ...env }, stdio: ["ignore", "pipe", "pipe"] })
  let [out, err] = ["", ""]
  running.stdout.on("data", (text) => (out += text))
  running.stderr.on("data", (text) => (err += text))
  const ended = once(running, "close").then(([code, signal]): Ended => ({ code, signal, out, err }))
  return { process: running, ended, out: () => out, err: () => err }
}

export type Running = ReturnType<typeof started>

/** Always as many: the last bits of what is trained depend on how many threads compute it. */
const jobs = "2"

/** Runs a study by the harness that tells what is committed. */
export const harness = (folder: string, study: string, { env, node = [] }: Options = {}): Running =>
  started(folder, process.execPath, [...node, child("run"), study, "runs.db", jobs], env)

/** The command itself. */
export const assay = (folder: string, args: ReadonlyArray<string>, { env, node = [] }: Options = {}): Running =>
  started(folder, process.execPath, [...node, bin, ...args], env)

/** Runs a study by the command. */
export const run = (folder: string, study: string, options?: Options): Running => assay(folder, ["run", study, "--jobs", jobs], options)

/** Runs a study to its end, where nothing is to happen. */
export const finish = async (folder: string, study: string, options?: Options): Promise<void> => {
  const { code, err, signal } = await harness(folder, study, options).ended
  if (code !== 0) throw new Error(`the run ended with ${code ?? signal}: ${err}`)
}
