/** Type checks of studies, wherever they stand. */
import * as Effect from "effect/Effect"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { checkChanges, checkStudy } from "../../src/workspace/checkStudy.ts"

const made: Array<string> = []
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true })))

/** A folder of its own with these files. */
const folderOf = (files: { readonly [file: string]: string }): string => {
  const folder = mkdtempSync(join(tmpdir(), "assay-check-test-"))
  made.push(folder)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

const check = (folder: string, file = "study.ts") => Effect.runPromise(checkStudy(join(folder, file)))

const everything = (folder: string) => readdirSync(folder, { recursive: true }).toSorted()

const sound = "export const folder: string | undefined = process.env[\"FOLDER\"]\n"
const unsound = "export const steps: number = \"many\"\n"

describe("a study in a bare folder", () => {
  it("is checked strictly, with the packages of this program", async () => {
    const folder = folderOf({
      "study.ts": `import { Policy } from "assay"
        import { Config } from "assay/engine"
        import * as Schema from "effect/Schema"
        export const config = Schema.Struct({ steps: Config.Count })
        export const policy = Policy.tiny({ microBatch: "many" })\n${sound}`
    })
    const [error, ...others] = await check(folder) ?? []
    assert.match(error!, /study\.ts\(5,\d+\): error TS2322/)
    assert.deepStrictEqual(others, [])
  })
})

describe("a study beside a package.json alone", () => {
  it("is a module, as it is when it is loaded", async () => {
    const folder = folderOf({ "package.json": "{ \"type\": \"commonjs\" }", "study.ts": "export const here = import.meta.url\n" })
    assert.deepStrictEqual(await check(folder), [])
  })
})

describe("a study in a project", () => {
  const tsconfig = (more: object) =>
    JSON.stringify({ compilerOptions: { module: "NodeNext", target: "ES2023", strict: true, types: ["node"], ...more } })
  const project = (files: { readonly [file: string]: string }, more: object = {}) => {
    const folder = folderOf({ "tsconfig.json": tsconfig(more), "package.json": "{ \"type\": \"module\" }", ...files })
    mkdirSync(join(folder, "node_modules"), { recursive: true })
    symlinkSync(join(process.cwd(), "node_modules", "@types"), join(folder, "node_modules", "@types"))
    return folder
  }

  it("is checked as the project says, with the types that it names", async () => {
    const loose = "export const half = (value) => value / 2\n"
    assert.deepStrictEqual(await check(project({ "study.ts": sound + loose }, { noImplicitAny: false })), [])
    const [implicit] = await check(project({ "study.ts": sound + loose })) ?? []
    assert.include(implicit, "TS7006")
  })

  it("finds assay though the project has none", { tags: ["long"] }, async () => {
    const study = "import { Policy } from \"assay\"\nexport const policy: number = Policy.tiny()\n"
    const errors = await check(project({ "study.ts": study })) ?? []
    assert.strictEqual(errors.length, 1)
    assert.include(errors[0], "TS2322")
  })

  it("alone is checked, with what it imports", { tags: ["long"] }, async () => {
    const files = { "study.ts": "import \"./part.ts\"\n", "part.ts": unsound, "other.ts": unsound }
    const errors = await check(project(files)) ?? []
    assert.strictEqual(errors.length, 1)
    assert.include(errors[0], "part.ts(1,14): error TS2322")
  })

  it("leaves a memory among the packages and nothing else, also where the project keeps what it knows in files", async () => {
    const folder = project({ "deep/study.ts": sound }, { composite: true, tsBuildInfoFile: "mine.tsbuildinfo" })
    const before = everything(folder)
    assert.deepStrictEqual(await check(folder, "deep/study.ts"), [])
    const memory = [".cache", ".cache/assay", ".cache/assay/compiled.json", ".cache/assay/known.tsbuildinfo"].map((name) => join("node_modules", name))
    const unnumbered = everything(folder).map((name) => String(name).replace(/compiled-[0-9a-f]{16}/, "compiled"))
    assert.deepStrictEqual(unnumbered, [...before, ...memory].toSorted())
  })

  it("is told the same each time, and what a change of a file, of the files there are or of the project makes of it", { tags: ["long"] }, async () => {
    const loose = "import { steps } from \"./part\"\nexport const half = (value) => [steps, value]\n"
    const bundler = { module: "ESNext", moduleResolution: "bundler" }
    const folder = project({ "study.ts": loose, "part/index.ts": unsound }, { ...bundler, noImplicitAny: false })
    const codes = async () => (await check(folder))?.map((error) => /TS\d+/.exec(error)?.[0])
    const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
    assert.deepStrictEqual([await codes(), await codes()], [["TS2322"], ["TS2322"]])
    write("part/index.ts", "export const steps = 1\n")
    assert.deepStrictEqual([await codes(), await codes()], [[], []])
    write("part.ts", sound) // found first from now on, and without what is asked of it
    assert.deepStrictEqual(await codes(), ["TS2305"])
    rmSync(join(folder, "part.ts"))
    assert.deepStrictEqual(await codes(), [])
    write("tsconfig.json", tsconfig(bundler))
    assert.deepStrictEqual([await codes(), await codes()], [["TS7006"], ["TS7006"]])
    rmSync(join(folder, "part"), { recursive: true })
    assert.deepStrictEqual(await codes(), ["TS2307", "TS7006"])
  })

  it.each(["{", "null"])("is checked with a memory that somebody spoilt: '%s'", async (spoilt) => {
    const folder = project({ "study.ts": sound })
    assert.deepStrictEqual(await check(folder), [])
    writeFileSync(join(folder, "node_modules/.cache/assay/known.tsbuildinfo"), spoilt)
    writeFileSync(join(folder, "study.ts"), unsound)
    assert.strictEqual((await check(folder))?.length, 1)
  })

  describe("that compiled", () => {
    /** A project with a compiler that notes each time that it is asked, and is `slow` enough for something to be done before it ends. */
    const counted = (files: { readonly [file: string]: string }, slow = "") => {
      const folder = project({ "node_modules/typescript/package.json": "{ \"name\": \"typescript\" }", ...files })
      const [real, calls] = [join(process.cwd(), "node_modules/typescript/bin/tsc"), join(folder, "calls")]
      mkdirSync(join(folder, "node_modules/typescript/bin"))
      writeFileSync(join(folder, "node_modules/typescript/bin/tsc"), `
        const fs = require("node:fs")
        fs.appendFileSync(${JSON.stringify(calls)}, "1")
        const args = [${JSON.stringify(real)}, ...process.argv.slice(2)]
        const { status } = require("node:child_process").spawnSync(process.execPath, args, { stdio: "inherit" })
        ${slow}
        process.exit(status)`)
      const asked = () => existsSync(calls) ? readFileSync(calls).length : 0
      return { folder, asked, changes: () => Effect.runPromise(checkChanges(join(folder, "study.ts"))) }
    }
    const later = () => new Promise((resolve) => setTimeout(resolve, 20)) // than its files were written

    it("is not checked again, but when it is asked for", async () => {
      const { asked, changes, folder } = counted({ "study.ts": sound })
      await later()
      assert.deepStrictEqual([await changes(), await changes(), asked()], [[], [], 1])
      assert.deepStrictEqual([await check(folder), asked()], [[], 2])
    })

    it.each<readonly [string, (write: (file: string, text: string) => void) => void, Array<string>]>([
      ["a file that it imports is written", (write) => write("part/index.ts", unsound), ["TS2322"]],
      ["a file comes before one that it imports", (write) => write("part.ts", sound), ["TS2305"]],
      ["its project's settings are others", (write) => write("tsconfig.json", tsconfig({ module: "ESNext", moduleResolution: "bundler", exactOptionalPropertyTypes: true })), []],
      ["what was noted is spoilt", (write) => write("node_modules/.cache/assay/noted", "{"), []]
    ])("is checked again when %s", { tags: ["long"] }, async (_, change, codes) => {
      const { asked, changes, folder } = counted({
        "tsconfig.json": tsconfig({ module: "ESNext", moduleResolution: "bundler" }),
        "study.ts": "import { steps } from \"./part\"\nexport const more: number = steps\n",
        "part/index.ts": "export const steps = 1\n"
      })
      await later()
      assert.deepStrictEqual([await changes(), await changes(), asked()], [[], [], 1])
      const [noted] = readdirSync(join(folder, "node_modules/.cache/assay")).filter((name) => name.startsWith("compiled-"))
      change((file, text) => writeFileSync(join(folder, file.replace("noted", noted!)), text))
      assert.deepStrictEqual((await changes())?.map((error) => /TS\d+/.exec(error)?.[0]), codes)
      assert.strictEqual(asked(), 2)
    })

    it("while somebody wrote it is checked once more", { tags: ["long"] }, async () => {
      const { asked, changes } = counted({ "study.ts": sound }, "fs.appendFileSync(__dirname + \"/../../../study.ts\", \"\\n\")")
      await later()
      assert.deepStrictEqual([await changes(), await changes(), asked()], [[], [], 2])
    })

    it("by settings that its project takes from elsewhere is checked each time", { tags: ["long"] }, async () => {
      const { asked, changes } = counted({ "tsconfig.json": "{ \"extends\": \"./base.json\" }", "base.json": tsconfig({}), "study.ts": sound })
      await later()
      assert.deepStrictEqual([await changes(), await changes(), asked()], [[], [], 2])
    })

    it("but with errors is checked each time", { tags: ["long"] }, async () => {
      const { asked, changes } = counted({ "study.ts": unsound })
      await later()
      assert.deepStrictEqual([(await changes())?.length, (await changes())?.length, asked()], [1, 1, 2])
    })
  })

  it("is checked where nobody may write", async ({ skip }) => {
    skip(process.getuid?.() === 0, "root may write anything")
    const folder = project({ "study.ts": unsound }, { types: [] })
    chmodSync(join(folder, "node_modules"), 0o555)
    assert.strictEqual((await check(folder))?.length, 1)
    chmodSync(join(folder, "node_modules"), 0o755)
  })
})
