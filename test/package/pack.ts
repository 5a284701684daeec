/** Packs the package once, for all tests of it, and installs it once, so that other projects need not unpack it again. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  export interface ProvidedContext {
    /** Path of the packed package. */
    readonly tarball: string
    /** Folder of a project that has it, and what the examples ask for besides. */
    readonly installed: string
  }
}

interface Manifest {
  readonly devDependencies: { readonly [name: string]: string }
}

export const installing = ["install", "--prefer-offline", "--no-audit", "--no-fund"]

/** The runtime's install script would fetch files for CUDA from a host that is no package registry. */
export const withoutCuda = { ONNXRUNTIME_NODE_INSTALL: "skip" }

export default (project: TestProject) => {
  const folder = mkdtempSync(join(tmpdir(), "assay-packed-"))
  const out = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], { encoding: "utf8" })
  const tarball = join(folder, fileNameIn(out))
  const installed = join(folder, "project")
  mkdirSync(installed)
  writeFileSync(join(installed, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest
  const compiler = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`)
  execFileSync("npm", [...installing, tarball, ...compiler], { cwd: installed, env: { ...process.env, ...withoutCuda } })
  project.provide("tarball", tarball)
  project.provide("installed", installed)
  return () => rmSync(folder, { recursive: true })
}

/** npm says what it packed as a list, or by name. */
const fileNameIn = (json: string): string => {
  const [packed] = Object.values(JSON.parse(json) as { readonly [key: string]: { readonly filename: string } })
  return packed!.filename
}
