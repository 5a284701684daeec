/** The pages of data sets: their examples compile, and every layout has one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Layouts from "../../src/data/Layouts.ts"
import { checkStudy } from "../../src/workspace/checkStudy.ts"

const pages = readdirSync("docs/data").map((name) => ({ name, text: readFileSync(join("docs/data", name), "utf8") }))

describe("docs/data", () => {
  it("has examples that compile", async () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-docs-"))
    const blocks = pages.flatMap(({ text }) => Array.from(text.matchAll(/```ts\n([^]*?)```/g), ([, code]) => code!))
    blocks.forEach((code, i) => writeFileSync(join(folder, `block${i}.ts`), code))
    writeFileSync(join(folder, "all.ts"), blocks.map((_, i) => `export * as block${i} from "./block${i}.ts"\n`).join(""))
    const errors = await Effect.runPromise(checkStudy(join(folder, "all.ts")))
    rmSync(folder, { recursive: true })
    assert.isAbove(blocks.length, 10)
    assert.deepStrictEqual(errors, [])
  })

  it("names every layout, and says of every set where to get it and under which licence", () => {
    const all = pages.map(({ text }) => text).join("\n")
    for (const layout of Object.keys(Layouts)) assert.include(all, `Data.${layout}(`)
    for (const { name, text } of pages) {
      if (name === "README.md" || name === "yolo.md" || name === "conversations.md") continue
      assert.match(text, /\*\*Get it\*\*/, name)
      assert.match(text, /\*\*Licence\*\*|terms|Apache/, name)
    }
  })
})
