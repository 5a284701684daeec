/** What the bench runs are studies like others: a change of these must not leave them behind. */
import { resolve } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { assay, temporary } from "../cli/support.ts"

const { folder, remove } = temporary()
afterAll(remove)

describe("a study of the bench", { tags: ["long"] }, () => {
  it.each(["noopStudy.ts", "studyLoop.ts"])("can be planned: %s", async (name) => {
    const { code, err } = await assay(folder, "plan", resolve("bench/support", name))
    assert.strictEqual(code, 0, err)
  })
})
