/** Hashes of code that are kept between commands are the ones that would be made anew, whatever happened in between. */
import { assert, beforeEach, describe, it } from "vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import * as CodeHash from "../../../src/pipeline/plan/CodeHash.ts"
import { inFolder } from "../../../src/pipeline/plan/codeStore.ts"

const files = {
  "stage.ts": `import { twice } from "twice"\nimport { half } from "./deep/helper.ts"
export const measure = (value: number) => [half(twice(value)), new Worker(new URL("./worker.ts", import.meta.url))]`,
  "deep/helper.ts": "export const half = (value: number): number => value / 2",
  "worker.ts": `import { sum } from "sum"\nimport { half } from "./deep/helper.ts"\npostMessage(half(sum(4)))`,
  "package.json": `{ "type": "module" }`,
  "node_modules/twice/package.json": `{ "name": "twice", "version": "1.0.0" }`,
  "node_modules/sum/package.json": `{ "name": "sum", "version": "1.0.0" }`
}

describe("a kept hash", () => {
  let folder: string
  let kept: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "assay-kept-"))
    kept = join(folder, "kept")
    for (const [file, text] of Object.entries(files)) put(file, text)
    return () => rmSync(folder, { recursive: true, force: true })
  })

  const put = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const ref = () => ({ module: pathToFileURL(join(folder, "stage.ts")).href, export: "measure" })
  /** By one command after the other. */
  const withStore = () => Effect.runPromise(CodeHash.make(inFolder(kept))(ref()))
  const anew = () => Effect.runPromise(CodeHash.make()(ref()))
  /** Puts a mark into what is kept of the stage, by which it is known again; its worker's stays as it is. */
  const mark = () => {
    for (const path of readdirSync(kept).map((file) => join(kept, file))) {
      const text = readFileSync(path, "utf8")
      if (text.includes("twice")) writeFileSync(path, JSON.stringify({ ...JSON.parse(text), hash: "kept" }))
    }
  }

  it("is what was made, and taken again as long as nothing changes", async () => {
    const first = await withStore()
    assert.deepStrictEqual(first, await anew())
    assert.deepStrictEqual(first.packages, ["sum@1.0.0", "twice@1.0.0"])
    mark()
    assert.deepStrictEqual(await withStore(), { hash: "kept", packages: first.packages })
  })

  const changes: ReadonlyArray<readonly [what: string, file: string, text: string]> = [
    ["its module", "stage.ts", files["stage.ts"].replace("half(twice", "half(1 + twice")],
    ["a helper", "deep/helper.ts", files["deep/helper.ts"].replace("/ 2", "/ 3")],
    ["what a worker does", "worker.ts", files["worker.ts"].replace("sum(4)", "sum(5)")],
    ["how its modules are read", "package.json", "{}"],
    ["a nearer package.json", "deep/package.json", "{}"],
    ["a tsconfig.json", "tsconfig.json", "{}"]
  ]
  for (const [what, file, text] of changes) {
    it(`is made anew after a change of ${what}`, async () => {
      await withStore()
      mark()
      put(file, text)
      assert.deepStrictEqual(await withStore(), await anew())
    })
  }

  it("is made anew after an edit that leaves size and time of the file as they were", async () => {
    await withStore()
    mark()
    const helper = join(folder, "deep/helper.ts")
    const { atime, mtime, size } = statSync(helper)
    put("deep/helper.ts", files["deep/helper.ts"].replace("/ 2", "/ 3"))
    utimesSync(helper, atime, mtime)
    assert.deepStrictEqual([statSync(helper).size, statSync(helper).mtimeMs], [size, mtime.getTime()])
    assert.deepStrictEqual(await withStore(), await anew())
  })

  it("goes with the versions that packages have now", async () => {
    await withStore()
    mark()
    put("node_modules/sum/package.json", `{ "name": "sum", "version": "2.0.0" }`)
    assert.deepStrictEqual(await withStore(), { hash: "kept", packages: ["sum@2.0.0", "twice@1.0.0"] })
  })

  describe("with what else is made of the code", () => {
    let times = 0
    const made = (hashes = CodeHash.make(inFolder(kept))) =>
      Effect.runPromise(hashes.made(ref(), "files", async (sources) => {
        times += 1
        return [...sources].map(([file, text]) => `${file.slice(folder.length + 1)} ${text.length}`).sort()
      }))
    beforeEach(() => void (times = 0))

    it("is so: once, until something changes", async () => {
      const first = await made()
      assert.include(first.join(), "deep/helper.ts")
      assert.deepStrictEqual([await made(), times], [first, 1])
      put("deep/helper.ts", files["deep/helper.ts"].replace("/ 2", "/ 3000"))
      const next = await made()
      assert.notDeepEqual(next, first)
      assert.deepStrictEqual([await made(), times], [next, 2])
    })

    it("but not where a file changed since it was hashed: nobody knows of which state it is", async () => {
      const hashes = CodeHash.make(inFolder(kept))
      await Effect.runPromise(hashes(ref()))
      put("deep/helper.ts", files["deep/helper.ts"].replace("/ 2", "/ 3000"))
      await made(hashes)
      put("deep/helper.ts", files["deep/helper.ts"])
      await made()
      assert.strictEqual(times, 2)
    })
  })

  it("of code that is no more is no answer", async () => {
    await withStore()
    rmSync(join(folder, "deep/helper.ts"))
    const outcome = await Effect.runPromise(Effect.flip(CodeHash.make(inFolder(kept))(ref())))
    assert.include(outcome.message, "helper.ts")
  })

  it("is no answer where it was broken off or is something else", async () => {
    for (const broken of ["", "{}", `{"hash":`, "null", `{"hash":"x","files":null}`]) {
      await withStore()
      for (const file of readdirSync(kept)) writeFileSync(join(kept, file), broken)
      assert.deepStrictEqual(await withStore(), await anew())
    }
  })

  it("is not kept where an import leaves open which file it means", async () => {
    symlinkSync(join(folder, "deep"), join(folder, "linked"))
    put("worker.ts", files["worker.ts"].replace("./deep/helper.ts", "./linked/helper.ts"))
    assert.deepStrictEqual(await withStore(), await anew())
    assert.throws(() => readdirSync(kept), /ENOENT/)
  })

  it("need not be kept: a folder that cannot be written to is no failure", async () => {
    writeFileSync(kept, "a file")
    assert.deepStrictEqual(await withStore(), await anew())
  })
})
