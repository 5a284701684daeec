/** The pages of data sets: every layout has one. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Layouts from "../../src/data/Layouts.ts"

const pages = readdirSync("docs/data").map((name) => ({ name, text: readFileSync(join("docs/data", name), "utf8") }))

describe("docs/data", () => {
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
