import { spawn, spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const assayBin = fileURLToPath(new URL("../../bin/assay.js", import.meta.url))
export const study = fileURLToPath(new URL("studies/tastes.ts", import.meta.url))
export const golden = fileURLToPath(new URL("../golden", import.meta.url))

/** A Node of the machine that is too old for the program, where there is one. */
export const oldNode = ["/usr/bin/node", "/usr/local/bin/node"].find((path) =>
  existsSync(path) && Number(spawnSync(path, ["-p", "process.versions.node.split('.')[0]"]).stdout) < 22
)

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/**
 * Starts the command in a folder, or another `program` of Node. `ended` resolves when it is over; `process` takes signals and input
 * meanwhile.
 */
export const start = (folder: string, args: ReadonlyArray<string>, input?: string, program = assayBin) => {
  const { ASSAY_DB: _, NO_COLOR: __, ...env } = process.env
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env })
  let out = ""
  let err = ""
  child.stdout.on("data", (chunk) => out += chunk)
  child.stderr.on("data", (chunk) => err += chunk)
  child.stdin.on("error", () => {}) // a command that fails early reads no input
  child.stdin.end(input ?? "")
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })
  return { process: child, ended, said: () => err }
}

/** Starts `assay serve` in a folder, on any free port; `url` is where it is. Throws, with what it said, where it ends instead. */
export const serving = async (folder: string, ...args: ReadonlyArray<string>) => {
  const running = start(folder, ["serve", ...args, "--port", "0"])
  const url = () => /http:\/\/\S+/.exec(running.said())?.[0]
  await until(() => url() !== undefined || running.process.exitCode !== null)
  const found = url()
  if (found === undefined) throw new Error(`assay serve ended before it served: ${running.said()}`)
  return { ...running, url: found }
}

/** Runs the command in a folder to its end. */
export const assay = (folder: string, ...args: ReadonlyArray<string>): Promise<Ended> => start(folder, args).ended

/** A folder of its own for a test, and how to remove it. */
export const temporary = () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-cli-"))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

let finished: Promise<string> | undefined

const finish = async (): Promise<string> => {
  const folder = mkdtempSync(join(process.env["ASSAY_TESTS_SHARED"]!, "finished-"))
  const { code, err } = await assay(folder, "run", study)
  if (code !== 0) throw new Error(err)
  return folder
}

/** Puts into a folder all that a run of the study leaves in one: it is run once for all files of tests that share a process. */
export const putFinished = async (folder: string): Promise<void> => {
  finished ??= finish()
  cpSync(await finished, folder, { recursive: true })
}

/** Waits until something holds, looking every few milliseconds; the test's own time limit ends a wait in vain. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}
