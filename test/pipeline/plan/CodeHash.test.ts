/** What of a stage's code its hash follows: everything that can change a result, and nothing else. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import * as CodeHash from "../../../src/pipeline/plan/CodeHash.ts"

const stage = `
import * as Schema from "effect/Schema"
import { Stage } from "assay"
import { half } from "./helper.ts"

const limit = 3

export const measure = Stage.define({
  kind: "evaluate",
  name: "measure",
  module: import.meta.url,
  config: Schema.Struct({ rate: Schema.Finite.check(Schema.isGreaterThan(0)) }),
  run: (config: { rate: number }, input: number) => {
    const product = half(input) * config.rate
    return product > limit ? limit : product
  }
})

const Other = Schema.Struct({ depth: Schema.Int })
export const other = Stage.define({
  kind: "filter",
  name: "other",
  module: import.meta.url,
  config: Other,
  run: () => 1
})
export class Odd extends Schema.TaggedError<Odd>()("Odd", { message: Schema.String }) {}
`

const helper = `
const divisor = 2
export const half = (value: number): number => value / divisor
export const unused = (value: number): number => value * 7
`

/** What is found for an export of `stage.ts` in a fresh folder with these files. */
const codeOf = (files: { readonly [file: string]: string }, name = "measure") => {
  const folder = mkdtempSync(join(tmpdir(), "assay-code-"))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return CodeHash.make()({ module: pathToFileURL(join(folder, "stage.ts")).href, export: name })
}

/** Hash of \`measure\` with these two modules. */
const hashOf = (stageText = stage, helperText = helper, name = "measure") =>
  Effect.map(codeOf({ "stage.ts": stageText, "helper.ts": helperText }, name), ({ hash }) => hash)

/** As it stands above. */
let unchanged: string
beforeAll(async () => void (unchanged = await Effect.runPromise(hashOf())))

const same = (change: string, stageText: string, helperText = helper) =>
  it.effect(`stays for ${change}`, () =>
    Effect.gen(function*() {
      assert.isTrue(stageText !== stage || helperText !== helper)
      assert.strictEqual(yield* hashOf(stageText, helperText), unchanged)
    }))

const other = (change: string, stageText: string, helperText = helper) =>
  it.effect(`changes for ${change}`, () =>
    Effect.gen(function*() {
      assert.isTrue(stageText !== stage || helperText !== helper)
      assert.notStrictEqual(yield* hashOf(stageText, helperText), unchanged)
    }))

describe("CodeHash", () => {
  same("comments, ASCII or not", `// größer ist besser ☂\n${stage.replace("return", "/* 雨 */ return")}`)
  same("white space", stage.replaceAll("\n", "\n\n"))
  same("types", `interface A { a: number }\n${stage.replace("input: number", "input: 1 | 2")}`)
  same("names of locals", stage.replaceAll("product", "scaled").replaceAll("limit", "ceiling"))
  same("names of locals in a helper", stage, helper.replaceAll("divisor", "by"))
  same("another export of its module", stage.replace("() => 1", "() => 2"))
  same("the schema of another export", stage.replace("depth: Schema.Int", "depth: Schema.Finite"))
  same("exports of a helper that it does not use", stage, helper.replace("* 7", "* 8"))
  same("an import that it does not use", `import { readFile } from "node:fs"\n${stage}`)
  same("something of assay that it does not use", stage.replace("{ Stage }", "{ Evaluate, Stage }"))
  same("a new class beside it", `${stage}\nexport class More extends Odd {}`)

  other("its own code", stage.replace("> limit", ">= limit"))
  other("a constant", stage.replace("limit = 3", "limit = 4"))
  other("its schema", stage.replace("isGreaterThan(0)", "isGreaterThan(1)"))
  other("a helper in another module", stage, helper.replace("value /", "1 + value /"))
  other("a constant of a helper", stage, helper.replace("divisor = 2", "divisor = 3"))
  other("something done on loading the module", `${stage}\nObject.freeze(other)`)
  other("something of assay that it uses", stage.replace("{ Stage }", "{ Random, Stage }").replace("> limit", "> Random.key(0)[0]"))

  it.effect("tells the exports of a module apart", () =>
    Effect.gen(function*() {
      assert.notStrictEqual(yield* hashOf(stage, helper, "other"), unchanged)
    }))

  it.effect("says what cannot be followed, and what to write", () =>
    Effect.gen(function*() {
      const noExport = yield* Effect.flip(hashOf(stage.replace("export const measure", "const measure")))
      assert.match(noExport.message, /"measure" is made in .*stage\.ts and not exported.*Write `export const measure`/)
      assert.notInclude(noExport.message, "\u001b")
      const syntax = yield* Effect.flip(hashOf(`${stage}\nconst = 1`))
      assert.strictEqual(syntax._tag, "CodeError")
      assert.match(syntax.message, /The code of "measure" in .*stage\.ts cannot be followed/)
      const missing = yield* Effect.flip(CodeHash.make()({ module: "file:///nowhere/at/all.ts", export: "x" }))
      assert.include(missing.message, "nowhere")
    }))
})

describe("Packages", () => {
  const uses = `import { twice } from "twice"\nimport { thrice } from "@sums/thrice/main.js"\nimport { join } from "node:path"
export const measure = (value: number) => join(String(twice(value)))
export const later = async () => (await import("later")).default
export const other = (value: number) => thrice(value)
`
  const packaged = (version: string) => ({
    "stage.ts": uses,
    "node_modules/twice/package.json": JSON.stringify({ name: "twice", version, main: "main.js" }),
    "node_modules/later/package.json": JSON.stringify({ name: "later", version: "0.1.0" }),
    "node_modules/@sums/thrice/package.json": JSON.stringify({ name: "@sums/thrice", version: "9.0.0" })
  })

  it.effect("that the code uses are named with their versions, and no others", () =>
    Effect.gen(function*() {
      const [measure, thrice] = [yield* codeOf(packaged("1.2.3")), yield* codeOf(packaged("1.2.3"), "other")]
      assert.deepStrictEqual(measure.packages, ["twice@1.2.3"])
      assert.deepStrictEqual(thrice.packages, ["@sums/thrice@9.0.0"])
      assert.deepStrictEqual((yield* codeOf(packaged("1.2.3"), "later")).packages, ["later@0.1.0"])
      assert.deepStrictEqual((yield* codeOf(packaged("2.0.0"))).packages, ["twice@2.0.0"])
      assert.strictEqual((yield* codeOf(packaged("2.0.0"))).hash, measure.hash)
    }))

  it.effect("of this program stand in where a study finds none of its own", () =>
    Effect.gen(function*() {
      const { packages } = yield* codeOf({ "stage.ts": stage, "helper.ts": helper })
      assert.match(packages.join(), /^effect@\d/)
    }))

  it.effect("are those that a study gets: effect is this program's, whatever lies beside the study", () =>
    Effect.gen(function*() {
      const beside = { "node_modules/effect/package.json": JSON.stringify({ name: "effect", version: "99.0.0" }) }
      const { packages } = yield* codeOf({ "stage.ts": stage, "helper.ts": helper, ...beside })
      assert.deepStrictEqual(packages, (yield* codeOf({ "stage.ts": stage, "helper.ts": helper })).packages)
    }))

  /** `twice` rests on `sum`, which a peer of it does in a version of its own. */
  const resting = (sum: string, more: { readonly [file: string]: object } = {}) => {
    const manifests = {
      twice: {
        version: "1.2.3",
        dependencies: { sum: "^1.0.0", native: "1.0.0", "@types/sum": "*" },
        peerDependencies: { peer: "*", absent: "*" },
        peerDependenciesMeta: { absent: { optional: true } },
        optionalDependencies: { native: "1.0.0" },
        devDependencies: { tool: "*" }
      },
      sum: { version: sum, dependencies: { twice: "*" } },
      peer: { version: "4.0.0", dependencies: { sum: "^0.9.0" } },
      "peer/node_modules/sum": { version: "0.9.0" },
      native: { version: "1.0.0", os: ["linux"] },
      "@types/sum": { version: "1.0.0" },
      tool: { version: "7.0.0" },
      ...more
    }
    return Object.fromEntries(Object.entries(manifests).map(([name, manifest]) => [`node_modules/${name}/package.json`, JSON.stringify({ name, ...manifest })]))
  }

  it.effect("count with all that they rest on, as Node finds it, but for what is optional, types and what they were made with", () =>
    Effect.gen(function*() {
      const packagesAt = (files: { readonly [file: string]: string }) => Effect.map(codeOf({ "stage.ts": uses, ...files }), ({ packages }) => packages)
      const named = ["peer@4.0.0", "sum@0.9.0", "sum@1.0.0", "twice@1.2.3"]
      assert.deepStrictEqual(yield* packagesAt(resting("1.0.0")), named)
      assert.deepStrictEqual(yield* packagesAt(resting("1.9.0")), ["peer@4.0.0", "sum@0.9.0", "sum@1.9.0", "twice@1.2.3"])
      const nested = resting("8.0.0", { "twice/node_modules/sum": { version: "1.0.0", dependencies: { twice: "*" } } })
      assert.deepStrictEqual(yield* packagesAt(nested), named)
    }))

  it.effect("that this program imports itself go by their own version, wherever it is installed", () =>
    Effect.gen(function*() {
      const { packages } = yield* CodeHash.make()({ module: new URL("../../../src/vision/sharp.ts", import.meta.url).href, export: "loadSharp" })
      assert.match(packages.join(), /^sharp@[\d.]+$/)
    }))

  it.effect("that are nowhere to be found are an error", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(codeOf({ "stage.ts": uses }))
      assert.match(error.message, /the package "twice" is not installed where .*stage\.ts is/)
    }))
})

describe("Workers", () => {
  const files = {
    "stage.ts": `export const measure = () => new Worker(new URL("./deep/worker.ts", import.meta.url))\nexport const other = 1`,
    "deep/worker.ts": `import { parentPort } from "node:worker_threads"\nimport { half } from "../helper.ts"\nparentPort?.postMessage(half(4))`,
    "helper.ts": helper
  }
  const hash = (changed: object, name = "measure") => Effect.map(codeOf({ ...files, ...changed }, name), (code) => code.hash)

  it.effect("are followed behind their URL, with all that they do on loading", () =>
    Effect.gen(function*() {
      const before = yield* hash({})
      const changes = [
        { "helper.ts": helper.replace("divisor = 2", "divisor = 3") },
        { "deep/worker.ts": files["deep/worker.ts"].replace("half(4)", "half(5)") },
        { "deep/worker.ts": `${files["deep/worker.ts"]}\nparentPort?.postMessage(1)` }
      ]
      for (const change of changes) {
        assert.notStrictEqual(yield* hash(change), before)
        assert.strictEqual(yield* hash(change, "other"), yield* hash({}, "other"))
      }
      assert.strictEqual(yield* hash({ "helper.ts": `// said better\n${helper}` }), before)
    }))
})
