/** The examples as projects: what they ask for is what this version is made with. `npm run package-test` runs them. */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import { initProject } from "../../src/workspace/initProject.ts"

const json = (file: string) => JSON.parse(readFileSync(file, "utf8"))

const manifest = json("package.json")
const known = { ...manifest.dependencies, ...manifest.devDependencies, assay: `^${manifest.version}` }

const imports = (folder: string): ReadonlyArray<string> =>
  globSync("*.ts", { cwd: folder }).flatMap((file) =>
    Array.from(readFileSync(join(folder, file), "utf8").matchAll(/from "([a-z@][^"/]*)/g), ([, name]) => name!)
  ).filter((name) => !name.startsWith("node:"))

describe.each(globSync("examples/*"))("%s", (folder) => {
  const { allowScripts, dependencies, devDependencies } = json(join(folder, "package.json"))

  it("asks for this version of assay, and for the packages that this version is made with", () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.strictEqual(version, known[name], name)
    }
  })

  it("asks for what it imports", () => {
    assert.sameMembers([...new Set(imports(folder))], Object.keys(dependencies))
  })

  it("is set up as assay init does it", async () => {
    const made = mkdtempSync(join(tmpdir(), "assay-examples-"))
    await Effect.runPromise(initProject(made))
    assert.deepStrictEqual(json(join(folder, "tsconfig.json")), json(join(made, "tsconfig.json")))
    assert.deepStrictEqual(allowScripts, json(join(made, "package.json")).allowScripts)
    rmSync(made, { recursive: true })
  })

  it("says what it is", () => {
    assert.match(readFileSync(join(folder, "README.md"), "utf8"), /^# .+\n[^]*npm start/)
  })
})

describe("the README", () => {
  it("names the package that this version packs, and the effect that it rests on", () => {
    const section = /## Install as a package\n([^]*?)\n## /.exec(readFileSync("README.md", "utf8"))?.[1]
    assert.include(section, `assay-${manifest.version}.tgz`)
    assert.include(section, `rests on, ${manifest.dependencies.effect}.`)
    assert.include(section, "ONNXRUNTIME_NODE_INSTALL=skip npm install")
  })
})
