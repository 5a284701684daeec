/** Signals at any instant: the first ends the run in order, the second at once. */
// @module-tag long
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { every, finish, run } from "./support/processes.ts"
import { checkSound, checkTidy, found } from "./support/sound.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"
import { type Undisturbed, undisturbed } from "./support/undisturbed.ts"

const { make, remove } = folders()
afterAll(remove)

let alone: Undisturbed
beforeAll(async () => (alone = await undisturbed(make("undisturbed"), every)))

describe.each([["SIGINT", 1, times(5, 1)], ["SIGINT", 2, times(5, 0)], ["SIGTERM", 1, times(5, 0)], ["SIGTERM", 2, times(5, 1)]] as const)(
  "%s, %i times",
  (signal, presses, trials) => {
    it.skipIf(trials === 0)("ends the run with 130 and its words, and loses nothing", async () => {
      const kind = `${signal}, ${presses === 1 ? "once" : "twice"}`
      const next = drawn(kind)
      const folder = make("pressed")
      for (let i = 0; i < trials; i++) {
        const after = next() * alone.length * 0.7
        await trial(kind, `${after.toFixed(0)} ms after the first word`, async () => {
          const running = run(folder, every)
          while (running.err() === "" && running.process.exitCode === null) await setTimeout(5)
          await setTimeout(after)
          for (let press = 0; press < presses; press++) {
            running.process.kill(signal)
            if (press + 1 < presses) await setTimeout(150)
          }
          const { code, err, signal: endedBy } = await running.ended
          // Node takes its handlers off some milliseconds before its process is gone: a signal then ends one that has done all
          const done = /^Next:$/m.test(err)
          assert.oneOf(code ?? endedBy, done ? [0, 130, signal] : [0, 130], err)
          assert.notInclude(err, "terminate called")
          assert.notInclude(err, "Something broke")
          checkSound(folder)
        })
      }
      await trial(`${kind}, then resumed`, `after ${trials}`, async () => {
        await finish(folder, every)
        checkSound(folder)
        checkTidy(folder)
        assert.deepStrictEqual(found(folder), alone.expected)
      })
    })
  }
)
