/** The pages of the documentation: what stands in them as a study compiles. */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import { checkStudy } from "../../src/workspace/checkStudy.ts"

describe("docs", () => {
  it("have studies that compile", async () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-docs-"))
    const studies = globSync("docs/*.md").flatMap((page) =>
      Array.from(readFileSync(page, "utf8").matchAll(/```ts\n([^]*?)```/g), ([, code]) => code!)
    ).filter((code) => code.includes("export default"))
    studies.forEach((code, i) => writeFileSync(join(folder, `study${i}.ts`), code))
    writeFileSync(join(folder, "all.ts"), studies.map((_, i) => `export * as study${i} from "./study${i}.ts"\n`).join(""))
    const errors = await Effect.runPromise(checkStudy(join(folder, "all.ts")))
    rmSync(folder, { recursive: true })
    assert.isAtLeast(studies.length, 2)
    assert.deepStrictEqual(errors, [])
  })
})
