/** Files of the object folder that are cut off, altered or gone, in the middle of a study or at its end. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { finish, harness, toy } from "./support/processes.ts"
import { checkSound, checkTidy, found } from "./support/sound.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"
import { type Undisturbed, undisturbed } from "./support/undisturbed.ts"

const { make, remove } = folders()
afterAll(remove)

let alone: Undisturbed
beforeAll(async () => (alone = await undisturbed(make("undisturbed"), toy)))

/** None yet of a study that was killed early. */
const filesOf = (folder: string): ReadonlyArray<string> => {
  const objects = join(folder, ".assay/objects")
  const entries = existsSync(objects) ? readdirSync(objects, { recursive: true, withFileTypes: true }) : []
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

const damages: { readonly [what: string]: (file: string, next: () => number) => void } = {
  "cut off": (file, next) => truncateSync(file, Math.floor(next() * statSync(file).size)),
  "empty": (file) => truncateSync(file, 0),
  "altered": (file, next) => {
    const content = readFileSync(file)
    const at = Math.floor(next() * content.length)
    content[at] = content[at]! ^ 1
    writeFileSync(file, content)
  },
  "gone": (file) => rmSync(file)
}

describe.each(Object.entries(damages))("files of results that are %s", (what, damage) => {
  const trials = times(4, what === "cut off" ? 2 : 0)

  it.skipIf(trials === 0)("are noticed, and made again, in a study that was killed and in one that was done", { tags: ["long"] }, async () => {
    const kind = `object files ${what}`
    const next = drawn(kind)
    for (let i = 0; i < trials; i++) {
      const killed = i % 2 === 1
      await trial(kind, `in a study that was ${killed ? "killed" : "done"}, ${i}`, async () => {
        const folder = make("damaged")
        const run = harness(folder, toy)
        if (killed) {
          await Promise.race([setTimeout((0.5 + next() / 2) * alone.length), run.ended])
          run.process.kill("SIGKILL")
        }
        await run.ended
        for (const file of filesOf(folder)) if (next() < 0.5) damage(file, next)
        await finish(folder, toy)
        checkSound(folder)
        checkTidy(folder)
        assert.deepStrictEqual(found(folder), alone.expected)
      })
    }
  })
})
