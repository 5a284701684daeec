/** New projects: what is written, and that its study is one. */
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { initProject } from "../../src/workspace/initProject.ts"
import { assay } from "../cli/support.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-init-"))
afterAll(() => rmSync(folder, { recursive: true }))

const manifest = JSON.parse(readFileSync("package.json", "utf8"))
const written = ["study.ts", "package.json", "tsconfig.json", ".gitignore"]

describe("assay init", () => {
  it("writes a project whose study plans, and says the next command", async () => {
    const { code, err } = await assay(folder, "init", "My first study")
    assert.strictEqual(code, 0, err)
    assert.include(err, `My first study holds ${written.join(", ")}.`)
    assert.match(err, /npm pack \S+ --pack-destination 'My first study' && cd 'My first study' && npm install \.\/assay-\S+\.tgz && npm start\n$/)
    const made = join(folder, "My first study")
    assert.sameMembers(readdirSync(made), written)
    const planned = await assay(made, "plan", "study.ts")
    assert.include(planned.out, "group-size: 9 runs")
  })

  it("asks for this version, and for the compiler and types that it was checked with", () => {
    const { dependencies, devDependencies, name } = JSON.parse(readFileSync(join(folder, "My first study", "package.json"), "utf8"))
    assert.strictEqual(name, "my-first-study")
    assert.deepStrictEqual(dependencies, { assay: `^${manifest.version}` })
    for (const [one, version] of Object.entries(devDependencies)) assert.strictEqual(version, manifest.devDependencies[one])
  })

  it("overwrites nothing, and then writes nothing", async () => {
    const taken = join(folder, "taken")
    mkdirSync(taken)
    writeFileSync(join(taken, "tsconfig.json"), "{}")
    const { message } = await Effect.runPromise(Effect.flip(initProject(taken)))
    assert.include(message, "has tsconfig.json already")
    assert.deepStrictEqual(readdirSync(taken), ["tsconfig.json"])
  })

  it("says why it cannot write", async () => {
    writeFileSync(join(folder, "file"), "")
    const { code, err } = await assay(folder, "init", "file/below")
    assert.strictEqual(code, 3)
    assert.include(err, "assay: file/below cannot be written:")
    assert.isFalse(existsSync(join(folder, "below")))
  })
})
