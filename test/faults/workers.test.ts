/** A compute thread that breaks, or has no memory left. */
// @module-tag long
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { every, finish, harness } from "./support/processes.ts"
import { checkSaid, checkSound, checkTidy, found } from "./support/sound.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"
import { type Undisturbed, undisturbed } from "./support/undisturbed.ts"

const { make, remove } = folders()
afterAll(remove)

let alone: Undisturbed
beforeAll(async () => (alone = await undisturbed(make("undisturbed"), every)))

const breaker = fileURLToPath(new URL("children/brokenWorker.ts", import.meta.url))

const broken = (folder: string, env: { readonly [name: string]: string }) =>
  harness(folder, every, { node: ["--import", breaker], env }).ended

const check = async (folder: string, out: string): Promise<void> => {
  checkSound(folder)
  checkSaid(folder, out)
  await finish(folder, every)
  checkSound(folder)
  checkTidy(folder)
  assert.deepStrictEqual(found(folder), alone.expected)
}

describe("a compute thread", () => {
  it("that breaks fails its run with the reason, and the next attempt ends as if nothing had happened", async () => {
    const kind = "compute thread breaks"
    const next = drawn(kind)
    for (let i = 0; i < times(6, 1); i++) {
      const after = Math.round(next() * alone.length * 0.6)
      await trial(kind, `${after} ms after it began`, async () => {
        const folder = make("broken")
        const { code, err, out } = await broken(folder, { ASSAY_FAULTS_WORKER: "crash", ASSAY_FAULTS_AFTER: String(after) })
        assert.oneOf(code, [0, 1], err)
        if (code === 1) assert.include(err, "The compute thread failed: the thread broke, as it was told to.")
        await check(folder, out)
      })
    }
  })

  it("without memory fails its run, not the process, and says what it may be", async () => {
    const kind = "compute thread out of memory"
    const next = drawn(kind)
    for (let i = 0; i < times(5, 1); i++) {
      const megabytes = 8 + Math.floor(next() * 12)
      await trial(kind, `${megabytes} MB`, async () => {
        const folder = make("starved")
        const { code, err, out } = await broken(folder, { ASSAY_FAULTS_WORKER: "memory", ASSAY_FAULTS_MEGABYTES: String(megabytes) })
        assert.oneOf(code, [0, 1], err)
        if (code === 1) assert.match(err, /The compute thread (failed|ended).*memory/)
        await check(folder, out)
      })
    }
  })
})
