/** A training whose machine is gone for good, as after the end of a SLURM job, and another machine that goes on with it. */
// @module-tag long
import * as fs from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "vitest"
import { found } from "../faults/support/sound.ts"
import { machines, succeeded, until } from "./support/machines.ts"

const all = machines({ study: fileURLToPath(new URL("studies/paced.ts", import.meta.url)) })
afterAll(all.remove)

const filesUnder = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name)

describe("a training whose machine is gone", () => {
  it("goes on from its last training state on a machine that has nothing of it, to the same numbers", { timeout: 60_000 }, async () => {
    const alone = all.make("alone")
    await succeeded(all.alone(alone))
    const stepsOf = (pid: number | undefined) => all.executions().filter((one) => one.pid === pid).map(({ label }) => Number(label))

    const queue = `sqlite:${join(all.root, "queue.db")}`
    const folder = all.make("submitter")
    const submitter = all.submitter(folder, queue)
    const first = all.worker(queue)
    await until("five steps", () => stepsOf(first.process.pid).length >= 5, [submitter, first])
    first.process.kill("SIGKILL")
    await first.ended
    const made = stepsOf(first.process.pid).length
    const second = all.worker(queue)
    await succeeded(submitter)

    const steps = stepsOf(second.process.pid)
    assert.isAtLeast(steps[0]!, 1, "it did not begin anew")
    assert.isAtMost(steps[0]!, made)
    assert.deepStrictEqual(steps, Array.from({ length: 12 - steps[0]! }, (_, i) => steps[0]! + i))
    assert.deepStrictEqual(found(folder), found(alone))
    assert.deepStrictEqual(filesUnder(join(all.root, "shared/unfinished")), [], "what it went on from is of no more use")
    second.process.kill("SIGTERM")
    await second.ended
  })
})
