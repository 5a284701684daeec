// @module-tag long
import Database from "better-sqlite3"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { until } from "./support.ts"
import { project } from "./why/project.ts"

const somebodys = project()
afterAll(somebodys.remove)

/** Entries of a run's log as `level stage: message`, without how long something took. */
const entries = async (run: number): Promise<ReadonlyArray<string>> => {
  const { out } = await somebodys.assay("logs", String(run), "--json")
  return out.trim().split("\n").map((line) => JSON.parse(line) as { level: string; stage: string | null; message: string })
    .map(({ level, message, stage }) => `${level} ${stage ?? "-"}: ${message}`.replace(/ after \d+(\.\d+)? s/, ""))
}

describe("assay logs", () => {
  it("tells what happened to a run, and what its stages logged, which nothing else prints", async () => {
    somebodys.edit("stages.ts", "      const key = yield* StageKey\n", "      const key = yield* StageKey\n      yield* Effect.logWarning(\"so many:\", input.length)\n")
    const ran = await somebodys.assay("run", "study.ts", "--seeds", "1", "--json")
    assert.strictEqual(ran.code, 0, ran.err)
    assert.notInclude(ran.out + ran.err, "so many")
    assert.match((await entries(1))[0]!, /^info -: begun: assay \S+; runs numbers, measure$/)
    assert.deepStrictEqual((await entries(1)).slice(1), [
      "info numbers: begun",
      "info numbers: done",
      "info measure: begun",
      "warn measure: so many: 5",
      "info measure: done",
      "info -: done"
    ])
    assert.include((await entries(2)).join("\n"), "info numbers: reused, as an execution with the same fingerprint is there")
    const { out } = await somebodys.assay("logs", "1")
    assert.match(out, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}warn {3}measure {2}so many: 5$/m)
  })

  it("is printed whole, however long it is", async () => {
    const database = new Database(join(somebodys.folder, "runs.db"))
    const { last } = database.prepare("SELECT max(ordinal) AS last FROM log WHERE run = 2").get() as { readonly last: number }
    const add = database.prepare("INSERT INTO log (run, ordinal, at, level, stage, message) SELECT run, ?, at, level, stage, 'more' FROM log WHERE run = 2 AND ordinal = 0")
    database.transaction(() => {
      for (let i = 1; i <= 10_100; i++) add.run(last + i)
    })()
    database.close()
    const lines = await entries(2)
    assert.lengthOf(lines, last + 1 + 10_100)
    assert.include(lines[0]!, "begun")
  })

  it("is left as it is by a study that finds everything finished", async () => {
    const before = await entries(1)
    assert.strictEqual((await somebodys.assay("run", "study.ts", "--seeds", "1")).code, 0)
    assert.deepStrictEqual(await entries(1), before)
  })

  it("keeps why a stage failed", async () => {
    somebodys.write("broken", "")
    assert.strictEqual((await somebodys.assay("run", "study.ts", "--seeds", "1", "--force", "measure")).code, 1)
    rmSync(somebodys.at("broken"))
    const [stage, run] = (await entries(2)).slice(-2)
    assert.match(stage!, /^error measure: .*this cell is broken/)
    assert.match(run!, /^error -: failed: .*this cell is broken/)
  })

  it("is followed from another terminal until the run ends", async () => {
    const run = somebodys.start("run", "study.ts", "--seeds", "1", "--only", "weight=one", "--set", "measure.pause=1500")
    await until(() => run.said().includes("one · seed 0"))
    const latest = (await somebodys.assay("sql", "SELECT max(id) AS run FROM run", "--csv")).out.split("\n")[1]!.trim()
    const followed = await somebodys.assay("logs", latest, "--follow")
    assert.strictEqual(followed.code, 0, followed.err)
    assert.match(followed.out, /info {3}measure {2}begun[^]*info {3}measure {2}done after 1[^]* {2}done after 1/)
    assert.strictEqual((await run.ended).code, 0)
  })

  it("keeps that a run was interrupted", async () => {
    const run = somebodys.start("run", "study.ts", "--seeds", "1", "--only", "weight=two", "--set", "measure.pause=60000")
    await until(() => run.said().includes("two · seed 0"))
    run.process.kill("SIGINT")
    assert.strictEqual((await run.ended).code, 130)
    const { out } = await somebodys.assay("sql", "SELECT level || ' ' || message FROM log ORDER BY run DESC, ordinal DESC LIMIT 1", "--csv")
    assert.include(out, "warn interrupted: the same command goes on from what is committed")
  })
})
