// @module-tag long
import Sqlite from "better-sqlite3"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { assay, type Ended, study, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

let ran: Ended
beforeAll(async () => {
  ran = await assay(folder, "run", study, "--seeds", "2")
  assert.strictEqual(ran.code, 0, ran.err)
})

const read = (file: string) => readFileSync(join(folder, file), "utf8")

describe("assay run", () => {
  it("ends by writing the report, and names it", () => {
    const file = /^Report: +(\S+)$/m.exec(ran.err)?.[1] ?? ""
    assert.strictEqual(file, join("samples", "tastes", "report.html"))
    assert.include(read(file), "Which taste climbs higher?")
  })

  it("names it to programs, too", async () => {
    const { out } = await assay(folder, "run", study, "--seeds", "2", "--json")
    assert.strictEqual(JSON.parse(out).report, join("samples", "tastes", "report.html"))
  })
})

describe("assay report", () => {
  it("writes one HTML file and prints its path", async () => {
    const { code, err, out } = await assay(folder, "report", "tastes")
    assert.deepStrictEqual([code, out], [0, "tastes-report.html\n"], err)
    assert.match(read("tastes-report.html"), /^<!doctype html>\n<html lang="en">/)
  })

  it("writes Markdown with its figures beside it", async () => {
    const { code, err, out } = await assay(folder, "report", "tastes", "--format", "md", "--out", "docs/tastes.md")
    assert.deepStrictEqual([code, out], [0, "docs/tastes.md\n"], err)
    for (const [, figure] of read("docs/tastes.md").matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
      assert.match(figure!, /^tastes-figures\//)
      assert.isTrue(existsSync(join(folder, "docs", figure!)), figure)
    }
  })

  it("counts a failed reward once, whichever runs share the execution, in either format", async () => {
    const db = new Sqlite(join(folder, "runs.db"), { readonly: true })
    const ask = (sql: string) => Number(db.prepare(sql).pluck().get())
    const [errors, shared] = [ask("SELECT sum(errors) FROM step_reward"), ask("SELECT sum(errors) FROM reward_part")]
    db.close()
    assert.isBelow(errors, shared, "the untrained row is evaluated once for both seeds")
    await assay(folder, "report", "tastes")
    await assay(folder, "report", "tastes", "--format", "md", "--out", "counted.md")
    for (const file of ["tastes-report.html", "counted.md"]) assert.include(read(file), `Rewards failed on completions ${errors} times`, file)
  })

  it("says what comes near a name that is not there", async () => {
    const { code, err } = await assay(folder, "report", "taste")
    assert.strictEqual(code, 2)
    assert.match(err, /no experiment "?called|no experiment/)
    assert.include(err, "tastes")
  })
})
