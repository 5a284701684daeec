/** Another version of the program on runs of an earlier one: a copy of it all, edited between two commands. */
// @module-tag long
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { temporary } from "../support.ts"
import { project } from "./project.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const program = temporary()
for (const part of ["bin", "migrations", "package.json", "src"]) cpSync(join(root, part), join(program.folder, part), { recursive: true })
symlinkSync(join(root, "node_modules"), join(program.folder, "node_modules"))

const somebodys = project(join(program.folder, "bin/assay.js"))
afterAll(() => {
  somebodys.remove()
  program.remove()
})

/** Replaces a piece of the program. */
const edit = (file: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(join(program.folder, file), "utf8")
  const edited = text.replace(from, to)
  assert.notStrictEqual(edited, text, `${file} has no ${String(from)}`)
  writeFileSync(join(program.folder, file), edited)
}

const release = (version: string): void => edit("package.json", /"version": "[^"]+"/, `"version": "${version}"`)

const planned = async (): Promise<string> => {
  const { code, err, out } = await somebodys.assay("plan", "study.ts")
  assert.strictEqual(code, 0, err)
  return out
}

describe("a new version of assay", () => {
  beforeAll(async () => {
    release("70.0.0")
    const { code, err } = await somebodys.assay("run", "study.ts")
    assert.strictEqual(code, 0, err)
  })

  it("runs nothing again whose code is the same in it", async () => {
    release("70.1.0")
    assert.match(await planned(), /4 runs of 8 stages: 0 run, 0 resume, 0 share, 8 reuse/)
  })

  it("is named with what changed in it, before anything runs again and after", async () => {
    edit("src/pipeline/Random.ts", "(a >>> 5)", "(b >>> 5)")
    const words = "assay 70.0.0 -> 70.1.0: `uniformAt` in pipeline/Random.ts"
    const out = await planned()
    assert.match(out, /8 stages: 4 run, 0 resume, 0 share, 4 reuse/)
    assert.match(out, new RegExp(`^run +measure .*${words}$`, "m"))
    assert.strictEqual((await somebodys.assay("run", "study.ts")).code, 0)
    assert.include((await somebodys.assay("explain", "5", "measure")).out, words)
  })

  it("is told from one of the same number that somebody edited", async () => {
    edit("src/pipeline/Random.ts", "(b >>> 5)", "(a >>> 6)")
    assert.match(await planned(), /^run +measure .*assay 70\.1\.0, edited: `uniformAt` in pipeline\/Random\.ts$/m)
  })
})
