/** Several machines at a queue in a real PostgreSQL server, with all that goes wrong at night. */
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { checkSame, lease, machines, oneAtWork, succeeded, until } from "./support/machines.ts"
import { type Postgres, postgres, programs } from "./support/postgres.ts"

const all = machines()
const alone = all.make("alone")
let server: Postgres

describe.skipIf(programs === undefined)("a study whose cells go through PostgreSQL (skipped where Debian's postgresql is not installed)", () => {
  beforeAll(async () => {
    server = await postgres()
    await server.start()
    await succeeded(all.alone(alone))
  })
  afterAll(async () => {
    await server?.crash()
    server?.remove()
    all.remove()
  })

  it("comes out as on one machine: of four workers two killed, one stopped past its lease, the server started anew", async () => {
    const before = all.executions().length
    const folder = all.make("submitter")
    const submitter = all.submitter(folder, server.url)
    const workers = [all.worker(server.url), all.worker(server.url), all.worker(server.url), all.worker(server.url)]
    const first = await oneAtWork(all, workers)
    first.process.kill("SIGKILL")
    const stopped = await oneAtWork(all, workers.filter((one) => one !== first))
    stopped.process.kill("SIGSTOP")
    const begun = all.executions().findLast(({ pid }) => pid === stopped.process.pid)!.fingerprint
    await server.crash()
    await setTimeout(1500)
    await server.start()
    const second = await oneAtWork(all, workers.filter((one) => one !== first && one !== stopped))
    second.process.kill("SIGKILL")
    const again = () => all.executions().slice(before).filter(({ fingerprint, pid, what }) => what === "begin" && fingerprint === begun && pid !== stopped.process.pid)
    await until("what the stopped one had in hand begun by another", () => again().length > 0, workers)
    await setTimeout(lease * 1000)
    stopped.process.kill("SIGCONT")
    await succeeded(submitter)
    checkSame(folder, alone)
    const shared = all.executions().slice(before).filter(({ label, what }) => label === "shared" && what === "end")
    assert.strictEqual(shared.length, 1, "what all cells rest on was executed once over all machines")
    for (const worker of workers) worker.process.kill("SIGTERM")
    const ends = await Promise.all(workers.map(({ ended }) => ended))
    assert.strictEqual(ends.filter(({ signal }) => signal === "SIGKILL").length, 2)
  }, 180_000)
})
