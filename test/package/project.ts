/** Projects that the packed package is installed in. */
import { spawn } from "node:child_process"
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { inject } from "vitest"
import { installing, withoutCuda } from "./pack.ts"

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Project {
  readonly folder: string
  /** Runs a command there to its end. */
  readonly run: (command: string, ...args: ReadonlyArray<string>) => Promise<Ended>
  readonly remove: () => void
}

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** Runs commands in a folder as `npm run` would there: what is installed, and this Node, come first. */
export const runIn = (folder: string): Project["run"] => (command, ...args) =>
  new Promise((resolve, reject) => {
    const { ASSAY_DB: _, ...rest } = process.env
    const path = [join(folder, "node_modules", ".bin"), dirname(process.execPath), process.env["PATH"]].join(delimiter)
    const env = { ...rest, PATH: path, NO_COLOR: "1", ...withoutCuda }
    const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] })
    let [out, err] = ["", ""]
    child.stdout.on("data", (chunk) => out += String(chunk))
    child.stderr.on("data", (chunk) => err += String(chunk))
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })

const empty = (): Project => {
  const folder = mkdtempSync(join(tmpdir(), "assay-project-"))
  return { folder, run: runIn(folder), remove: () => rmSync(folder, { recursive: true }) }
}

/** Runs a command that has to succeed; throws what it said where it does not. */
export const succeed = async (project: Project, command: string, ...args: ReadonlyArray<string>): Promise<Ended> => {
  const ended = await project.run(command, ...args)
  if (ended.code === 0) return ended
  throw new Error(`${[command, ...args].join(" ")} ended with ${ended.code}:\n${ended.out}${ended.err}`)
}

/** A folder by links to its files, so that npm finds most of what it is to install. */
const link = (from: string, to: string): void => {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) link(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else linkSync(source, target)
  }
}

/** Installs the packed package, and whatever else the project asks for. */
const install = (project: Project, ...more: ReadonlyArray<string>): Promise<Ended> => {
  link(join(inject("installed"), "node_modules"), join(project.folder, "node_modules"))
  return succeed(project, "npm", ...installing, inject("tarball"), ...more)
}

/** A project with these files, and the package installed together with `packages`. */
export const projectOf = async (
  files: { readonly [file: string]: string },
  packages: ReadonlyArray<string> = []
): Promise<Project> => {
  const project = empty()
  const all = { "package.json": JSON.stringify({ private: true, type: "module" }), ...files }
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(project.folder, file)), { recursive: true })
    writeFileSync(join(project.folder, file), text)
  }
  await install(project, ...packages)
  return project
}

const leftovers = new Set(["node_modules", "package-lock.json", ".assay", "samples"])

/** A copy of a folder as somebody else would have it, with the package installed. */
export const copyOf = async (source: string): Promise<Project> => {
  const project = empty()
  const isSource = (file: string) => !leftovers.has(basename(file)) && !basename(file).includes(".db")
  cpSync(source, project.folder, { recursive: true, filter: isSource })
  await install(project)
  return project
}

