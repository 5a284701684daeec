/** The examples, each copied out of the clone and given the package, as somebody else would. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { copyOf, type Project, root, succeed } from "./project.ts"

describe.each(readdirSync(join(root, "examples")))("examples/%s", (name) => {
  let project: Project
  beforeAll(async () => {
    project = await copyOf(join(root, "examples", name))
  })
  afterAll(() => project.remove())

  it("compiles", () => succeed(project, "npm", "run", "-s", "check"))

  it("compiles into declarations: every type that comes out of assay can be named by its faces", { tags: ["long"] }, () =>
    succeed(project, "tsc", "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--rootDir", ".", "--outDir", "types"))

  it("runs in seconds", { tags: name === "own-data" ? [] : ["long"] }, async () => {
    const started = performance.now()
    const { err, out } = await succeed(project, "npm", "-s", "start")
    const seconds = (performance.now() - started) / 1000
    console.log(`${name}: ${seconds.toFixed(1)} s\n${out}`)
    assert.notInclude(err, "unchecked")
    assert.isBelow(seconds, 90)
  })

  it.skipIf(name !== "own-reward")("scores answers by its own reward", async () => {
    const { out } = await succeed(project, "npm", "run", "-s", "score")
    const rows = out.trim().split("\n").map((line) => JSON.parse(line))
    assert.strictEqual(rows.length, 4)
    for (const row of rows) assert.hasAllKeys(row, ["id", "ap", "brevity"])
  })
})
