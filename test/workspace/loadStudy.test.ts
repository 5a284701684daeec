/** What a study gets for the packages that it imports, wherever it stands. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { isOf } from "../../src/workspace/loadStudy.ts"
import { assay } from "../cli/support.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-load-"))
afterAll(() => rmSync(folder, { recursive: true }))

const study = (imports: string, more = "") => `
  import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt } from "assay"
  ${imports}
  const data = Data.shapes({ split: "validation", layout: "coco", count: 1 })
  export default Experiment.make("loads", {
    question: "?", policy: Policy.tiny(), seeds: 1, table: { metrics: [] },
    pipeline: () => Pipeline.from(data).pipe(${more} Prompt.template(Prompt.standard))
  })`

const plan = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return assay(folder, "plan", name)
}

describe("a study", () => {
  it("shares its effect with the engine, whatever copy lies beside it", { tags: ["long"] }, async () => {
    const own = join(folder, "node_modules", "effect")
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, "package.json"), JSON.stringify({ name: "effect", version: "99.0.0", type: "module", exports: { "./*": "./other.js" } }))
    writeFileSync(join(own, "other.js"), "throw new Error(\"another copy of effect\")")
    const filter = `import * as Schema from "effect/Schema"
      import { Stage } from "assay"
      export const named = Stage.define({ kind: "filter", name: "named", module: import.meta.url,
        config: Schema.Struct({ name: Schema.NonEmptyString }), run: (_, set: Data.Dataset<Data.Example>) => set })`
    const { code, err, out } = await plan("shares.ts", study(filter, "named({ name: \"it\" }),"))
    assert.strictEqual(code, 0, err)
    assert.include(out, "named")
  })

  it("gets the faces of assay and no more of it", async () => {
    const { code, err } = await plan("inner.ts", study("import { near } from \"assay/pipeline/near\""))
    assert.strictEqual(code, 3)
    assert.match(err, /inner\.ts.*assay/)
    assert.notInclude(err.trim(), "\n")
  })
})

describe("an experiment", () => {
  it.each([["lab", true], ["lab@short", true], ["lab loop.steps=2", true], ["lab@short loop.steps=2", true], ["labels", false], ["la", false]])(
    "called %s is of the study lab: %s",
    (experiment, expected) => assert.strictEqual(isOf(experiment, "lab"), expected)
  )
})
