// @module-tag long
import { existsSync, renameSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import Sqlite from "better-sqlite3"
import { project } from "./why/project.ts"

const somebodys = project()
afterAll(somebodys.remove)

describe("assay rerun", () => {
  beforeAll(async () => {
    assert.strictEqual((await somebodys.assay("run", "study.ts", "--seeds", "1", "--set", "measure.weight=7")).code, 0)
  })

  it("runs again with the config that is stored, whatever the study says now, and finds the same to the bit", async () => {
    somebodys.ran()
    somebodys.edit("study.ts", "weight: 1,", "weight: 4,")
    const before = (await somebodys.assay("sql", "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM stage)", "--csv")).out
    const { code, err, out } = await somebodys.assay("rerun", "1")
    assert.strictEqual(code, 0, err)
    assert.strictEqual(out, "run 1 again: peers measure.weight=7, one, seed 0\n\n1 of 1 last numbers are the same to the bit.\n")
    assert.deepStrictEqual(somebodys.ran(), ["numbers", "measure 7"], "nothing is taken from what is stored")
    assert.strictEqual((await somebodys.assay("sql", "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM stage)", "--csv")).out, before)
    assert.isFalse(existsSync(somebodys.at(".assay/rerun/1")))
  })

  it("names a changed environment first, then code, then number by number what differs, and exits with 4", async () => {
    const db = new Sqlite(somebodys.at("runs.db"))
    db.exec("UPDATE environment_fact SET value = 'v1.2.3' WHERE name = 'node'")
    db.close()
    somebodys.edit("lib/limits.ts", "8", "9")
    const { code, err, out } = await somebodys.assay("rerun", "1")
    assert.strictEqual(code, 4, err)
    assert.match(out, /^environment: then, now\n {2}node {2}v1\.2\.3 {2}v\d+.*\n\ncode and data, since then\n {2}measure {2}helper `ceiling` changed in lib\/limits\.ts\n\nlast numbers: then, now\n {2}measure\/score .*\n\n0 of 1 last numbers/m)
    const json = JSON.parse((await somebodys.assay("rerun", "1", "--json")).out)
    assert.deepStrictEqual([json.same, json.environment[0].path, json.metrics.length], [false, "node", 1])
  })

  it("says why a run cannot be made again", async () => {
    somebodys.write("broken", "")
    assert.strictEqual((await somebodys.assay("run", "study.ts", "--seeds", "1", "--only", "weight=two")).code, 1)
    const { run } = JSON.parse((await somebodys.assay("sql", "SELECT max(id) AS run FROM run WHERE status = 'failed'", "--json")).out)[0]
    assert.include((await somebodys.assay("rerun", String(run))).err, `Run ${run} is failed, so that there is nothing to hold another against. \`assay run study.ts\` goes on with it.`)
    renameSync(somebodys.at("study.ts"), somebodys.at("moved.ts"))
    const moved = await somebodys.assay("rerun", "1")
    assert.match(moved.err, /There is no study file study\.ts\..* --file names the study of peers measure\.weight=7 elsewhere\./)
    renameSync(somebodys.at("moved.ts"), somebodys.at("study.ts"))
    somebodys.edit("study.ts", "weight: { one:", "weight: { uno:")
    somebodys.edit("study.ts", "weight: \"one\"", "weight: \"uno\"")
    const gone = await somebodys.assay("rerun", "1")
    assert.strictEqual(gone.code, 3)
    assert.match(gone.err, /There is no variant "one"\..*The study has changed; take the commit that run 1 names/)
  })
})
