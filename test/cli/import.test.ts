/** `assay import`, and the commands that read what it imported. */
// @module-tag long
import { cpSync, existsSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { copyOf, fixture } from "../logs/support.ts"
import { assay, putFinished, start, study, temporary, until } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

cpSync(fixture("trl"), join(folder, "trl"), { recursive: true })
cpSync(fixture("msSwift"), join(folder, "swift"), { recursive: true })

describe("assay import", () => {
  it("makes an experiment of logs, which every command reads", async () => {
    const first = await assay(folder, "import", "trl", "--as", "trainers", "--variant", "TRL")
    assert.strictEqual(first.code, 0, first.err)
    assert.match(first.err, /^((read|imported) \d of 3 steps\n|looking for the steps of the log\n)*$/, "on a busy machine it says how far it is")
    assert.include(first.out, "trainers: run 1, TRL, seed 0: 3 steps and 12 completions, by layout trl from 5 files.")
    const second = await assay(folder, "import", "swift", "--as", "trainers", "--variant", "ms-swift", "--seed", "4", "--json")
    assert.strictEqual(second.code, 0, second.err)
    const { files, picture, ...result } = JSON.parse(second.out)
    assert.deepStrictEqual(result, {
      experiment: "trainers", variant: "ms-swift", seed: 4, run: 2, layout: "msSwift", steps: 3, completions: 12, already: false, remarks: []
    })
    assert.lengthOf(files, 3)
    assert.isTrue(existsSync(join(folder, picture)))
    const list = await assay(folder, "list")
    assert.include(list.out, "assay import, 2 of 2 runs done")
    const table = await assay(folder, "table", "trainers", "--format", "csv")
    assert.match(table.out, /TRL/)
    const show = await assay(folder, "show", "2")
    assert.match(show.out, /imported +import +done/)
    assert.match(show.out, /imported\.from +swift/)
    const samples = await assay(folder, "samples", "1", "--limit", "1")
    assert.include(samples.out, "imported step 3, answer 0: example prompt-")
    assert.include(samples.out, "length not counted, stop")
    const verify = await assay(folder, "verify", "trainers")
    assert.deepStrictEqual([verify.code, verify.err], [0, ""])
    assert.match(verify.out, /rewards of imported +45 +another program made it, by code that is not here/)
  })

  it("refuses a name that is a study's, and a study the name of imported logs", async () => {
    const own = temporary()
    try {
      const options = ["--as", "tastes", "--variant", "x"]
      assert.strictEqual((await assay(own.folder, "import", copyOf("trl"), ...options)).code, 0)
      for (const command of ["run", "plan"]) {
        const refused = await assay(own.folder, command, study)
        assert.strictEqual(refused.code, 3)
        assert.include(refused.err, "tastes: imported logs have this name in runs.db. Call the study otherwise")
      }
      await putFinished(join(own.folder, "studied"))
      const taken = await assay(own.folder, "import", copyOf("trl"), ...options, "--db", "studied/runs.db")
      assert.strictEqual(taken.code, 3)
      assert.include(taken.err, "tastes is the experiment of a study")
      assert.include(taken.err, "Import under another name with --as.")
    } finally {
      own.remove()
    }
  })

  it("says what is missing or wrong on its command line", async () => {
    const without = await assay(folder, "import", "trl", "--variant", "x")
    assert.strictEqual(without.code, 2)
    assert.include(without.err, "as")
    const none = await assay(folder, "import", "nowhere", "--as", "x", "--variant", "x")
    assert.strictEqual(none.code, 3)
    assert.include(none.err, "nowhere cannot be read")
    const layout = await assay(folder, "import", "trl", "--as", "x", "--variant", "x", "--layout", "verl2")
    assert.strictEqual(layout.code, 2)
    assert.include(layout.err, "There is no layout of logs \"verl2\". Did you mean \"verl\"?")
  })

  it("that was killed can be repeated", async () => {
    const own = temporary()
    try {
      const args = ["import", join(folder, "trl"), "--as", "trainers", "--variant", "TRL"]
      const killed = start(own.folder, args)
      await until(() => existsSync(join(own.folder, "runs.db")) || killed.process.exitCode !== null)
      killed.process.kill("SIGKILL")
      await killed.ended
      const again = await assay(own.folder, ...args)
      assert.strictEqual(again.code, 0, again.err)
      const count = await assay(own.folder, "sql", "SELECT count(*) AS n FROM sample", "--json")
      assert.include(count.out, "12")
    } finally {
      own.remove()
    }
  })
})
