/** The package in an empty project: it compiles, loads what it must, runs, and is the same program as the clone. */
import { spawnSync } from "node:child_process"
import { cpSync, globSync, mkdirSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { oldNode } from "../cli/support.ts"
import { type Project, projectOf, root, runIn, succeed } from "./project.ts"

const faces = ["assay", "assay/engine", "assay/workspace", "assay/testing"]

const compilerOptions = { module: "NodeNext", target: "ES2023", strict: true, noEmit: true, skipLibCheck: false }

const files = {
  "faces.ts": faces.map((face, i) => `export * as face${i} from "${face}"`).join("\n"),
  "tsconfig.json": JSON.stringify({ compilerOptions: { ...compilerOptions, types: ["node"] }, include: ["faces.ts"] }),
  "bare/tsconfig.json": JSON.stringify({ compilerOptions: { ...compilerOptions, types: [] }, include: ["../faces.ts"] })
}

let project: Project
beforeAll(async () => {
  project = await projectOf(files, ["typescript@7.0.2", "@types/node@24", "typescript-5@npm:typescript@5.9"])
  cpSync(join(root, "test/faces/children/loaded.ts"), join(project.folder, "loaded.ts"))
})
afterAll(() => project.remove())

describe("types of the faces, libraries checked too", () => {
  it("have no error", () => succeed(project, "tsc", "-p", "."))

  it("have none without Node's types", () => succeed(project, "tsc", "-p", "bare"))

  it("have none for the oldest compiler that Effect supports", { tags: ["long"] }, () =>
    succeed(project, "node", "node_modules/typescript-5/bin/tsc", "-p", "."))
})

describe("loading", () => {
  it.each(["assay", "assay/engine", "assay/testing"])("%s loads no model runtime, image library or database", async (face) => {
    const { out } = await succeed(project, "node", "loaded.ts", face)
    assert.deepStrictEqual(JSON.parse(out), ["assay", "effect"])
  })

  it("nothing but the faces can be imported", async () => {
    const { code, err } = await project.run("node", "-e", "import('assay/dist/pipeline/json.js')")
    assert.strictEqual(code, 1)
    assert.include(err, "ERR_PACKAGE_PATH_NOT_EXPORTED")
  })
})

describe("fingerprints", () => {
  /** What a program would do with a study of the clone, fingerprints of all stages included. */
  const planOf = async (program: string, study: string): Promise<string> => {
    const folder = study.startsWith("examples") ? join(root, dirname(study)) : root
    const args = ["plan", join(root, study), "--json", "--db", join(project.folder, "none.db")]
    const { code, err, out } = await runIn(folder)("node", join(program, "bin/assay.js"), ...args)
    assert.strictEqual(code, 0, err)
    return out
  }

  // studies that between them have every kind of stage, both models and parts of a user's own
  const [few, more] = [
    ["pipelines/reward-comparison.ts"],
    ["pipelines/{mixing-ratio,model-size,rl-vs-sft}.ts", "examples/own-{data,policy,reward,task}/study.ts"]
  ]
  const tagged = (patterns: ReadonlyArray<string>, ...tags: ReadonlyArray<"long">) => globSync([...patterns], { cwd: root }).map((study) => ({ study, tags }))
  for (const { study, tags } of [...tagged(few!), ...tagged(more!, "long")]) {
    it(`of ${study} are those that the clone gives, so that its runs.db is good for the package`, { tags: [...tags] }, async () => {
      const [packed, clone] = [await planOf(join(project.folder, "node_modules/assay"), study), await planOf(root, study)]
      assert.include(packed, "fingerprint")
      assert.strictEqual(packed, clone)
    })
  }
})

describe("on a Node that is too old", { skip: oldNode === undefined }, () => {
  const version = () => spawnSync(oldNode!, ["node_modules/assay/bin/assay.js", "--version"], { cwd: project.folder, encoding: "utf8" })

  it("the command says in one line which it needs", () => {
    const { status, stderr, stdout } = version()
    assert.deepStrictEqual([status, stdout], [3, ""])
    assert.match(stderr, /^assay: this is Node \d+\.\d+\.\d+, but assay needs Node 22\.19 or newer; .*`npm install node@24`\.\n$/)
  })

  it("the command takes the Node that the project has as a package", () => {
    mkdirSync(join(project.folder, "node_modules/node/bin"), { recursive: true })
    symlinkSync(process.execPath, join(project.folder, "node_modules/node/bin/node"))
    assert.match(version().stdout, /^\d+\.\d+\.\d+\n$/)
  })
})
