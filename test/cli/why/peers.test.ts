/** A test for each mistake that other engines make about what is to run again. */
import { rmSync } from "node:fs"
import Sqlite from "better-sqlite3"
import { afterAll, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { until } from "../support.ts"
import { project } from "./project.ts"

const somebodys = project()
afterAll(somebodys.remove)

/** What the plan says, line by line but for its summary. */
const planned = async (...args: ReadonlyArray<string>): Promise<string> => {
  const { code, err, out } = await somebodys.assay("plan", "study.ts", ...args)
  assert.strictEqual(code, 0, err)
  return out
}

const nothing = /4 runs of 8 stages: 0 run, 0 resume, 0 share, 8 reuse/

/** The rest of a line of the plan that begins with an action and stages. */
const lineOf = (out: string, start: string): string => {
  const found = out.split("\n").find((line) => line.startsWith(start))
  assert.isDefined(found, `no line "${start}" in ${out}`)
  return found.slice(start.length).trim()
}

describe("what runs again", () => {
  beforeAll(async () => {
    const first = await somebodys.assay("run", "study.ts")
    assert.strictEqual(first.code, 0, first.err)
    assert.lengthOf(somebodys.ran(), 5)
  })
  beforeEach(somebodys.restore)

  it("is nothing after other white space, comments, types, local names and times of files, where Snakemake runs all of it", async () => {
    somebodys.touch()
    somebodys.edit("stages.ts", "  run: ({ to })", "  // numbers from nought\n\n\n  run:   ({ to })")
    somebodys.edit("lib/normalise.ts", "value / ceiling", "( value /ceiling )")
    somebodys.edit("lib/normalise.ts", "(value: number)", "(value: 1 | 2 | number)")
    somebodys.write("lib/normalise.ts", somebodys.read("lib/normalise.ts").replaceAll("share", "part"))
    assert.match(await planned(), nothing)
    assert.include((await somebodys.assay("run", "study.ts")).err, "all 4 runs are finished already")
    assert.deepStrictEqual(somebodys.ran(), [])
  })

  it("is what calls a helper that changed, in another module or two away, where redun, Hamilton and Prefect miss it", async () => {
    somebodys.edit("lib/normalise.ts", "share > 1 ? 1 : share", "share > 2 ? 2 : share")
    const near = await planned()
    assert.include(lineOf(near, "run    measure"), "helper `normalise` changed in lib/normalise.ts")
    assert.include(lineOf(near, "run    measure"), "all 4 runs")
    assert.include(lineOf(near, "reuse  numbers"), "all 4 runs")
    somebodys.restore()
    somebodys.edit("lib/limits.ts", "8", "9")
    assert.include(lineOf(await planned(), "run    measure"), "helper `ceiling` changed in lib/limits.ts")
  })

  it("needs no version by hand, of a stage or of a package, where Dagster wants one", { tags: ["long"] }, async () => {
    somebodys.edit("stages.ts", "weight * sum", "sum * weight * 1.5")
    assert.include(lineOf(await planned(), "run    measure"), "`measure` changed in stages.ts")
    somebodys.restore()
    somebodys.edit("node_modules/twice/package.json", "1.2.3", "1.3.0")
    assert.include(lineOf(await planned(), "run    measure"), "package twice 1.2.3 -> 1.3.0")
  })

  it("is what uses a package that rests on another, which came in a new version with `npm update`", async () => {
    somebodys.edit("node_modules/sums/package.json", "2.0.0", "2.7.1")
    const out = await planned()
    assert.include(lineOf(out, "run    measure"), "package sums 2.0.0 -> 2.7.1")
    assert.include(lineOf(out, "reuse  numbers"), "all 4 runs")
  })

  it("says which value of the config changed, and what merely reads what changed", async () => {
    somebodys.edit("study.ts", "weight: 2", "weight: 2.5")
    const one = await planned()
    assert.include(lineOf(one, "run    measure"), "two · seeds 0, 1  config measure.weight 2 -> 2.5")
    somebodys.restore()
    somebodys.edit("study.ts", "in <answer> tags", "in <answers> tags")
    const text = await planned()
    assert.include(lineOf(text, "run    numbers"), `config numbers.wording at character 60: "...r in <answer> tags." -> "...r in <answers> tags."`)
    assert.include(lineOf(text, "run    measure"), "reads `numbers`, which changed")
  })

  it("holds overrides against the study without them", async () => {
    const out = await planned("--set", "measure.weight=3", "--only", "weight=two")
    assert.include(lineOf(out, "run    measure"), "all 2 runs  config measure.weight 2 -> 3 (in peers)")
    assert.match(out, /(second|about .*) of work one after the other, and \d+ B of files, as \d+ earlier executions of such stages took/)
  })

  it("calls a stage that an earlier run did not come to no change of the study", { tags: ["long"] }, async () => {
    somebodys.edit("study.ts", "make(\"peers\"", "make(\"stopped\"")
    somebodys.edit("study.ts", "to: 5", "to: 6")
    somebodys.edit("stages.ts", "appendFileSync(\"ran.txt\", \"numbers\\n\")", "if (existsSync(\"broken\")) throw new Error(\"no numbers\")")
    somebodys.write("broken", "")
    assert.strictEqual((await somebodys.assay("run", "study.ts")).code, 1)
    rmSync(somebodys.at("broken"))
    const out = await planned()
    assert.include(lineOf(out, "run    numbers"), "failed: ")
    assert.include(lineOf(out, "run    measure"), "for the first time")
    assert.notInclude(out, "new in this study")
  })

  it("tells what is gone or altered from a change", { tags: ["long"] }, async () => {
    somebodys.edit("study.ts", "to: 5,", "to: 5000,")
    assert.strictEqual((await somebodys.assay("run", "study.ts", "--db", "large.db")).code, 0)
    const { out } = await somebodys.assay("sql", "SELECT output FROM stage WHERE name = 'numbers'", "--csv", "--db", "large.db")
    const hash = out.split("\n")[1]!.trim()
    rmSync(somebodys.at(`.assay/objects/${hash.slice(0, 2)}/${hash.slice(2)}`))
    assert.include(lineOf(await planned("--db", "large.db"), "run    numbers"), `artifact missing: its result, ${hash.slice(0, 12)}`)
    const db = new Sqlite(somebodys.at("large.db"))
    db.exec("UPDATE artifact SET content = '[]' WHERE content IS NOT NULL")
    db.close()
    assert.include(lineOf(await planned("--db", "large.db"), "run    measure"), "artifact altered: it is not what was stored")
  })

  it("is, of a sweep that was killed or had a broken cell, what is missing, where Hydra begins anew", { tags: ["long"] }, async () => {
    const sweep = ["run", "study.ts", "--db", "sweep.db", "--seeds", "3", "--jobs", "1"]
    somebodys.ran()
    somebodys.write("broken", "")
    const broken = await somebodys.assay(...sweep)
    assert.strictEqual(broken.code, 1)
    assert.match(broken.err, /3 of 6 runs failed[^]*this cell is broken/)
    assert.deepStrictEqual(somebodys.ran().filter((line) => line === "measure 1"), ["measure 1", "measure 1", "measure 1"])
    assert.match(await planned("--db", "sweep.db", "--seeds", "3"), /run +measure +two · seeds 0, 1, 2 +failed: .*this cell is broken/)
    rmSync(somebodys.at("broken"))
    const killed = somebodys.start(...sweep, "--set", "measure.pause=400")
    await until(() => killed.said().includes("one · seed 0: done"))
    killed.process.kill("SIGKILL")
    await killed.ended
    const before = somebodys.ran().length
    assert.isAtMost(before, 4)
    assert.strictEqual((await somebodys.assay(...sweep, "--set", "measure.pause=400")).code, 0)
    assert.isAtMost(before + somebodys.ran().length, 7 + 1, "six cells, their source once, and the cell that was killed once more")
    assert.strictEqual((await somebodys.assay(...sweep)).code, 0)
    assert.deepStrictEqual(somebodys.ran(), ["measure 2", "measure 2", "measure 2"])
  })
})
