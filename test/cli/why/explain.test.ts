import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { project } from "./project.ts"

const somebodys = project()
afterAll(somebodys.remove)

describe("assay explain", () => {
  beforeAll(async () => {
    assert.strictEqual((await somebodys.assay("run", "study.ts")).code, 0)
    somebodys.edit("study.ts", "in <answer> tags", "in <answers> tags")
    assert.strictEqual((await somebodys.assay("run", "study.ts")).code, 0)
  })

  it("names the first difference down to the character, in the stage or in what it reads", async () => {
    const { out } = await somebodys.assay("explain", "5", "measure")
    assert.include(out, "measure of run 5 (one, seed 0) is not that of run 1 (one, seed 0, before the study changed).")
    assert.include(out, "measure is the same but for what it reads: numbers differs.")
    const [left, right, mark] = out.split("\n").slice(3)
    assert.match(left!, /^ {4}run 1 .*<answer> tags/)
    assert.match(right!, /^ {4}run 5 .*<answers> tags/)
    assert.strictEqual(left![mark!.indexOf("^")], ">")
    assert.strictEqual(right![mark!.indexOf("^")], "s")
  })

  it("holds against any run, and gives scripts JSON", async () => {
    const { out } = await somebodys.assay("explain", "6", "measure", "5", "--json")
    const { path, same, words } = JSON.parse(out)
    assert.deepStrictEqual({ path, same, words }, { path: ["measure"], same: false, words: ["config measure.weight 1 -> 2"] })
    assert.include((await somebodys.assay("explain", "6", "numbers", "5")).out, "the same execution, by the same fingerprint")
  })

  it("has a sister, assay diff, that tells all that differs and nothing else", { tags: ["long"] }, async () => {
    somebodys.edit("lib/limits.ts", "8", "9")
    assert.strictEqual((await somebodys.assay("run", "study.ts", "--seeds", "1", "--only", "weight=one")).code, 0)
    const { run } = JSON.parse((await somebodys.assay("sql", "SELECT max(id) AS run FROM run", "--json")).out)[0]
    const { out } = await somebodys.assay("diff", "1", String(run))
    assert.match(out, /^config\n {2}numbers\.wording +\.\.\.r in <answer> tags\. +\.\.\.r in <answers> tags\.$/m)
    assert.match(out, /^code and data\n {2}measure {2}helper `ceiling` changed in lib\/limits\.ts$/m)
    assert.match(out, /^last numbers\n {2}measure\/score +\d\S* +\d\S* +[-+]?\d\S*$/m)
    assert.notInclude(out, "environment")
    assert.include((await somebodys.assay("diff", "1", "1")).out, "They differ in nothing.")
    const { code, config, metrics } = JSON.parse((await somebodys.assay("diff", "5", "6", "--json")).out)
    assert.deepStrictEqual(config, [{ path: "measure.weight", left: 1, right: 2 }])
    assert.deepStrictEqual([code, metrics.length], [[], 1])
  })

  it("says which stages and runs there are", async () => {
    const stage = await somebodys.assay("explain", "5", "measures")
    assert.strictEqual(stage.code, 2)
    assert.include(stage.err, "Run 5: There is no stage \"measures\". Did you mean \"measure\"?")
    assert.include((await somebodys.assay("explain", "99", "measure")).err, "There is no run 99.")
  })
})
