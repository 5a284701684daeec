import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as CodeHash from "../../../src/pipeline/plan/CodeHash.ts"

const engine = new URL("../../../src/pipeline/", import.meta.url)

const stage = `
import * as Schema from "effect/Schema"
import * as Stage from "${new URL("declare/Stage.ts", engine).href}"
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

/** Hash of \`measure\` in a fresh folder of its own with these two modules. */
const hashOf = (stageText = stage, helperText = helper, name = "measure") => {
  const folder = mkdtempSync(join(tmpdir(), "assay-code-"))
  writeFileSync(join(folder, "stage.ts"), stageText)
  writeFileSync(join(folder, "helper.ts"), helperText)
  return CodeHash.make()({ module: pathToFileURL(join(folder, "stage.ts")).href, export: name })
}

const same = (change: string, stageText: string, helperText = helper) =>
  it.effect(`stays for ${change}`, () =>
    Effect.gen(function*() {
      assert.isTrue(stageText !== stage || helperText !== helper)
      assert.strictEqual(yield* hashOf(stageText, helperText), yield* hashOf())
    }))

const other = (change: string, stageText: string, helperText = helper) =>
  it.effect(`changes for ${change}`, () =>
    Effect.gen(function*() {
      assert.isTrue(stageText !== stage || helperText !== helper)
      assert.notStrictEqual(yield* hashOf(stageText, helperText), yield* hashOf())
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
  same("a new class beside it", `${stage}\nexport class More extends Odd {}`)

  other("its own code", stage.replace("> limit", ">= limit"))
  other("a constant", stage.replace("limit = 3", "limit = 4"))
  other("its schema", stage.replace("isGreaterThan(0)", "isGreaterThan(1)"))
  other("a helper in another module", stage, helper.replace("value /", "1 + value /"))
  other("a constant of a helper", stage, helper.replace("divisor = 2", "divisor = 3"))
  other("something done on loading the module", `${stage}\nObject.freeze(other)`)

  it.effect("tells the exports of a module apart", () =>
    Effect.gen(function*() {
      assert.notStrictEqual(yield* hashOf(stage, helper, "other"), yield* hashOf())
    }))

  it.effect("follows the loop's own code and the randomness of the engine", () =>
    Effect.gen(function*() {
      const hash = CodeHash.make()
      const loop = yield* hash({ module: new URL("declare/loop.ts", engine).href, export: "loop" })
      assert.notStrictEqual(loop, yield* hash({ module: new URL("declare/loop.ts", engine).href, export: "batches" }))
    }))

  it.effect("says what cannot be followed", () =>
    Effect.gen(function*() {
      const noExport = yield* Effect.flip(hashOf(stage, helper, "measures"))
      assert.match(noExport.message, /The code of "measures" in file:.*stage\.ts cannot be followed/)
      const syntax = yield* Effect.flip(hashOf(`${stage}\nconst = 1`))
      assert.strictEqual(syntax._tag, "CodeError")
      const missing = yield* Effect.flip(CodeHash.make()({ module: "file:///nowhere/at/all.ts", export: "x" }))
      assert.include(missing.message, "nowhere")
    }))
})
