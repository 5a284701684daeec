/** A clock that jumps, for one process and for several that each have another. */
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { finish, harness, toy } from "./support/processes.ts"
import { checkSaid, checkSound, checkTidy, found } from "./support/sound.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"
import { type Undisturbed, undisturbed } from "./support/undisturbed.ts"

const { make, remove } = folders()
afterAll(remove)

let alone: Undisturbed
beforeAll(async () => (alone = await undisturbed(make("undisturbed"), toy)))

const clock = fileURLToPath(new URL("children/jumpingClock.ts", import.meta.url))

describe.each([[1, "one process"], [2, "two processes"]])("a clock that jumps", (many, name) => {
  const trials = times(5, many - 1)

  it.skipIf(trials === 0)(`is of no matter to ${name}`, async () => {
    const kind = `clock jumps, ${name}`
    const next = drawn(kind)
    for (let i = 0; i < trials; i++) {
      await trial(kind, `study ${i}`, async () => {
        const folder = make("jumped")
        const all = Array.from({ length: many }, () =>
          harness(folder, toy, { node: ["--import", clock], env: { ASSAY_FAULTS_CLOCK: String(Math.floor(next() * 1e6)) } }).ended)
        for (const { code, err, out } of await Promise.all(all)) {
          assert.strictEqual(code, 0, err)
          checkSaid(folder, out)
        }
        checkSound(folder)
        checkTidy(folder)
        assert.deepStrictEqual(found(folder), alone.expected)
        await finish(folder, toy) // and nothing is left to do
      })
    }
  })
})
