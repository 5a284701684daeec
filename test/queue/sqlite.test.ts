/** Several workers on one machine, that take cells from a queue in a file of SQLite's, as docs/how-to/machines.md has it. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { rows } from "../integration/support.ts"
import { checkSame, lease, machines, oneAtWork, succeeded } from "./support/machines.ts"

const all = machines()
const alone = all.make("alone")
beforeAll(async () => {
  await succeeded(all.alone(alone))
})
afterAll(all.remove)

describe("a study whose cells go through a queue", () => {
  it("comes out as on one machine, though a worker is killed and another stands still until it is given up", { tags: ["long"], timeout: 120_000 }, async () => {
    const before = all.executions().length
    const queue = `sqlite:${join(all.root, "queue.db")}`
    const folder = all.make("submitter")
    const submitter = all.submitter(folder, queue)
    const workers = [all.worker(queue), all.worker(queue), all.worker(queue)]
    const killed = await oneAtWork(all, workers)
    killed.process.kill("SIGKILL")
    const stopped = await oneAtWork(all, workers.filter((one) => one !== killed))
    stopped.process.kill("SIGSTOP")
    await setTimeout(lease * 1000 + 3000)
    stopped.process.kill("SIGCONT")
    await succeeded(submitter)
    checkSame(folder, alone)
    const shared = all.executions().slice(before).filter(({ label, what }) => label === "shared" && what === "begin")
    assert.strictEqual(shared.length, 1, "what all cells rest on was executed by one of them")

    // again: nothing is left to do, and no worker is needed
    await succeeded(all.submitter(folder, queue))
    // a new database gets it all from the shared folder, with what the workers said of it, and needs no queue for that
    const other = all.make("other")
    const gone = join(all.root, "gone.db")
    await succeeded(all.submitter(other, `sqlite:${gone}`))
    assert.isFalse(existsSync(gone))
    checkSame(other, alone)
    const facts = "SELECT DISTINCT f.name, f.value FROM run r JOIN environment_fact f ON f.environment = r.environment ORDER BY 1, 2"
    assert.deepStrictEqual(rows(other, facts), rows(folder, facts))
    for (const database of [folder, other]) {
      assert.deepStrictEqual(rows(database, "SELECT id FROM run WHERE id NOT IN (SELECT run FROM log)"), [], "runs without a log")
      assert.isNotEmpty(rows(database, "SELECT 1 FROM run_stage WHERE reused = 0"), "who executed a stage is known")
    }
    for (const worker of workers) worker.process.kill("SIGTERM")
    await Promise.all(workers.map(({ ended }) => ended))
  })
})
