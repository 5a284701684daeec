/** SIGKILL at any instant of a run. */
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { every, finish, harness, toy } from "./support/processes.ts"
import { checkSaid, checkSound, checkTidy, found } from "./support/sound.ts"
import { type Undisturbed, undisturbed } from "./support/undisturbed.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"

const { make, remove } = folders()
afterAll(remove)

/** Kills a study again and again until it is done, and then begins another, for as many kills. */
const kills = async (kind: string, study: string, count: number, { expected, length }: Undisturbed) => {
  const next = drawn(kind)
  for (let killed = 0; killed < count;) {
    const folder = make("killed")
    for (let done = false; !done;) {
      const after = next() * length
      await trial(kind, `after ${after.toFixed(0)} ms`, async () => {
        const run = harness(folder, study)
        await Promise.race([setTimeout(after), run.ended])
        run.process.kill("SIGKILL")
        const { code, err, out, signal } = await run.ended
        done = code === 0
        if (!done) assert.strictEqual(signal, "SIGKILL", err)
        checkSound(folder)
        checkSaid(folder, out)
      })
      if (!done) killed += 1
      if (killed === count) done = true
    }
    await trial(`${kind}, then resumed`, `after ${killed} kills`, async () => {
      await finish(folder, study)
      checkSound(folder)
      checkTidy(folder)
      assert.deepStrictEqual(found(folder), expected)
    })
  }
}

describe("a run that is killed", () => {
  for (const [name, study, count] of [["a stage of every kind", every, times(100, 1)], ["the engine alone", toy, times(100, 3)]] as const) {
    describe(`SIGKILL, ${name}`, () => {
      let alone: Undisturbed
      beforeAll(async () => (alone = await undisturbed(make("undisturbed"), study)))

      it("loses nothing, and ends as if nothing had happened", async () => {
        await kills(`SIGKILL, ${name}`, study, count, alone)
      })
    })
  }
})
