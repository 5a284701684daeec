/** The pages of the documentation: what stands in them as a study compiles. */
import { globSync, readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { blocksOf, errorsIn } from "./compiled.ts"

describe("docs", () => {
  it("have studies that compile", async () => {
    const studies = globSync("docs/**/*.md").flatMap((page) => blocksOf(readFileSync(page, "utf8"))).filter((code) => code.includes("export default"))
    assert.isAtLeast(studies.length, 2)
    assert.deepStrictEqual(await errorsIn(studies), [])
  })
})
