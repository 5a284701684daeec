/** A disk that is full: a small file system, where one can be mounted. `io.test.ts` has writes that fail for want of room everywhere. */
import { spawnSync } from "node:child_process"
import { cpSync, rmSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { every, finish, harness, toy } from "./support/processes.ts"
import { checkSaid, checkSound, checkTidy, found } from "./support/sound.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"
import { type Undisturbed, undisturbed } from "./support/undisturbed.ts"

const { make, remove } = folders()
afterAll(remove)

/** A file system of so many KiB in a folder; false where this user cannot mount one. */
const mount = (folder: string, size: number): boolean =>
  spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}k`, "tmpfs", folder]).status === 0

const unmount = (folder: string): void => void spawnSync("umount", ["-l", folder])

const probe = make("probe")
const mounts = mount(probe, 64)
if (mounts) unmount(probe)

const studies = [["the engine alone", toy, 60, 700, times(12, 1)], ["a stage of every kind", every, 9_000, 70_000, times(6, 0)]] as const

describe.skipIf(!mounts)("a file system that is full (wants to mount one)", () => {
  for (const [name, study, least, most, trials] of studies) {
    const kind = `disk full, ${name}`
    describe.skipIf(trials === 0)(kind, () => {
      let alone: Undisturbed
      beforeAll(async () => (alone = await undisturbed(make("undisturbed"), study)))

      it("ends the run with the reason, and more room lets it go on", async () => {
        const next = drawn(kind)
        for (let i = 0; i < trials; i++) {
          const size = Math.round(least + next() * (most - least))
          await trial(kind, `${size} KiB`, async () => {
            const folder = make("small")
            assert.isTrue(mount(folder, size))
            try {
              const { code, err, out } = await harness(folder, study).ended
              if (code !== 0) assert.match(err, /disk is full|ENOSPC|disk/i)
              const roomy = make("roomy")
              cpSync(folder, roomy, { recursive: true })
              checkSound(roomy)
              checkSaid(roomy, out)
              await finish(roomy, study)
              checkSound(roomy)
              checkTidy(roomy)
              assert.deepStrictEqual(found(roomy), alone.expected)
              rmSync(roomy, { recursive: true })
            } finally {
              unmount(folder)
            }
          })
        }
      })
    })
  }
})
