/** Several machines at a queue in a real PostgreSQL server, with all that goes wrong at night. */
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { checkSame, lease, machines, oneAtWork, succeeded, until } from "./support/machines.ts"
import { lineTo } from "./support/line.ts"
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

  const cut = async (heal: "mend" | "forget") => {
    const parted = machines() // what they share has nothing yet
    const line = await lineTo(server.url)
    const folder = parted.make("submitter")
    const submitter = parted.submitter(folder, server.url)
    const [far, near] = [parted.worker(line.url), parted.worker(server.url)]
    await oneAtWork(parted, [far])
    line.cut()
    const begun = parted.executions().findLast(({ pid }) => pid === far.process.pid)!.fingerprint
    const of = (worker: typeof far, what: string) => parted.executions().some((one) => one.fingerprint === begun && one.pid === worker.process.pid && one.what === what)
    await until("what the one behind the line had in hand begun by the other", () => of(near, "begin"), [far, near])
    assert.isTrue(of(far, "end"), "it went on computing meanwhile")
    line[heal]()
    await succeeded(submitter)
    checkSame(folder, alone)
    for (const worker of [far, near]) worker.process.kill("SIGTERM")
    assert.deepStrictEqual((await Promise.all([far.ended, near.ended])).map(({ code }) => code), [130, 130])
    await line.close()
    parted.remove()
  }

  it("comes out as on one machine though the network parts a worker from the queue for longer than its lease", { tags: ["long"], timeout: 120_000 }, () => cut("mend"))

  it("and though nothing is ever heard again on the connections that it had, as behind a firewall that forgot them", { tags: ["long"], timeout: 240_000 }, () => cut("forget"))
})
