/** A write, a sync or a rename that fails, once or from then on. */
// @module-tag long
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { constants } from "node:os"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { finish, harness, toy } from "./support/processes.ts"
import { compile, wanted } from "./support/shim.ts"
import { checkSaid, checkSound, checkTidy, found } from "./support/sound.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"
import { type Undisturbed, undisturbed } from "./support/undisturbed.ts"

const { make, remove, root } = folders()
afterAll(remove)

const library = compile(root)

let alone: Undisturbed
beforeAll(async () => {
  if (library !== undefined) alone = await undisturbed(make("undisturbed"), toy)
})

const faulty = (folder: string, env: { readonly [name: string]: string }) =>
  harness(folder, toy, { env: { LD_PRELOAD: library!, FAULT_ROOT: folder, ...env } }).ended

const { EIO, ENOSPC } = constants.errno
const faults = [
  { call: "fsync", name: "a sync fails (EIO)", errno: EIO, often: 1, trials: times(16, 1) },
  { call: "write", name: "a write fails (EIO)", errno: EIO, often: 1, trials: times(16, 0) },
  { call: "rename", name: "a rename fails (EIO)", errno: EIO, often: 1, trials: times(10, 0) },
  { call: "write", name: "every write fails from some on (ENOSPC)", errno: ENOSPC, often: 1_000_000, trials: times(16, 1) }
]

describe.skipIf(library === undefined)(`a run (${wanted})`, () => {
  for (const { call, errno, name, often, trials } of faults) it.skipIf(trials === 0)(`to which ${name} says so or gets over it, and can be resumed`, async () => {
    const next = drawn(name)
    const counted = join(root, `count-${call}`)
    const whole = await faulty(make("counted"), { FAULT_CALL: call, FAULT_COUNT: counted })
    assert.strictEqual(whole.code, 0, whole.err)
    const calls = Number(readFileSync(counted, "utf8"))
    assert.isAbove(calls, 3)
    for (let i = 0; i < trials; i++) {
      const at = 1 + Math.floor(next() * calls)
      await trial(name, `from call ${at} of ${calls}`, async () => {
        const folder = make("faulty")
        const { code, err, out } = await faulty(folder, {
          FAULT_CALL: call,
          FAULT_AT: String(at),
          FAULT_TIMES: String(often),
          FAULT_ERRNO: String(errno)
        })
        assert.isNotNull(code, "it ends by itself")
        if (code !== 0) assert.match(err, /disk|[Ff]ail|could not|E(IO|NOSPC)|IOERR/)
        checkSound(folder)
        checkSaid(folder, out)
        await finish(folder, toy)
        checkSound(folder)
        checkTidy(folder)
        assert.deepStrictEqual(found(folder), alone.expected)
      })
    }
  })
})
