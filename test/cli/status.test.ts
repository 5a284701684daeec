import { afterAll, assert, describe, it } from "vitest"
import { assay, start, study, temporary, until } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const status = () => assay(folder, "status")

describe("assay status", () => {
  it("says what runs, from another terminal, and what has stopped", async () => {
    assert.strictEqual((await status()).code, 3, "there is no database yet")
    const run = start(folder, ["run", study, "--only", "taste=high", "--seeds", "1", "--set", "answer.pause=60000"])
    await until(() => run.said().includes("loop finished"))
    const { out } = await status()
    assert.match(out, /^tastes answer\.pause=60000 +running +0\/1 +0/m)
    assert.match(out, /^ {2}high · seed 0 +answer/m)
    const [found] = JSON.parse((await assay(folder, "status", "--json")).out)
    assert.deepStrictEqual([found.status, found.runs, found.running[0].stage], ["running", 1, "answer"])
    run.process.kill("SIGKILL")
    await run.ended
    assert.match((await status()).out, /^tastes answer\.pause=60000 +stopped +0\/1 +0$/m)
  })
})
