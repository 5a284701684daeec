/** Packs the package once, for all tests of it. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  export interface ProvidedContext {
    /** Path of the packed package. */
    readonly tarball: string
  }
}

export default (project: TestProject) => {
  const folder = mkdtempSync(join(tmpdir(), "assay-packed-"))
  const out = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], { encoding: "utf8" })
  project.provide("tarball", join(folder, fileNameIn(out)))
  return () => rmSync(folder, { recursive: true })
}

/** npm says what it packed as a list, or by name. */
const fileNameIn = (json: string): string => {
  const [packed] = Object.values(JSON.parse(json) as { readonly [key: string]: { readonly filename: string } })
  return packed!.filename
}
