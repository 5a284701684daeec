/** Flags of `assay plan` and `assay run` that say how much is made again, and when. */
// @module-tag long
import { rmSync } from "node:fs"
import { afterAll, assert, describe, it } from "vitest"
import { until } from "../support.ts"
import { project } from "./project.ts"

const somebodys = project()
afterAll(somebodys.remove)

describe("--needed", () => {
  it("leaves alone what is finished but for files that nothing reads, as make leaves what it made on the way", async () => {
    somebodys.edit("study.ts", "to: 5,", "to: 5000,")
    assert.strictEqual((await somebodys.assay("run", "study.ts")).code, 0)
    somebodys.ran()
    const { out } = await somebodys.assay("sql", "SELECT output FROM stage WHERE name = 'numbers'", "--csv")
    const hash = out.split("\n")[1]!.trim()
    rmSync(somebodys.at(`.assay/objects/${hash.slice(0, 2)}/${hash.slice(2)}`))
    assert.match((await somebodys.assay("plan", "study.ts")).out, /^run +numbers .*artifact missing/m)
    assert.match((await somebodys.assay("plan", "study.ts", "--needed")).out, /^reuse +numbers +all 4 runs +though its files are gone, as nothing that is to run reads them$/m)
    assert.include((await somebodys.assay("run", "study.ts", "--needed")).err, "all 4 runs are finished already")
    assert.deepStrictEqual(somebodys.ran(), [])
    somebodys.edit("study.ts", "weight: 2,", "weight: 3,")
    assert.match((await somebodys.assay("plan", "study.ts", "--needed")).out, /^run +numbers .*artifact missing/m)
    assert.strictEqual((await somebodys.assay("run", "study.ts", "--needed")).code, 0)
    assert.deepStrictEqual(somebodys.ran(), ["numbers", "measure 3", "measure 3"])
  })
})

describe("--watch", () => {
  it("plans again when a helper of the study changes, until Ctrl-C, which is no error", async () => {
    assert.strictEqual((await somebodys.assay("run", "study.ts")).code, 0)
    const plan = somebodys.start("plan", "study.ts", "--watch")
    const times = (count: number) => until(() => plan.said().split(/Watching \d+ files of the study/).length > count)
    await times(1)
    somebodys.edit("lib/limits.ts", "8", "9")
    await times(2)
    plan.process.kill("SIGINT")
    const { code, err, out } = await plan.ended
    assert.strictEqual(code, 0, err)
    assert.include(err, "lib/limits.ts changed.")
    assert.match(out, /8 reuse[^]*helper `ceiling` changed in lib\/limits\.ts/)
  })
})
