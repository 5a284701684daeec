/** The power goes: what was not synced is on the disk in part. And file systems that only say that they synced. */
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { type Change, cutPower, type Disk, readChanges } from "./support/changes.ts"
import { finish, harness, toy } from "./support/processes.ts"
import { compile, wanted } from "./support/shim.ts"
import { checkSaid, checkSound, checkTidy, found } from "./support/sound.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"
import { type Undisturbed, undisturbed } from "./support/undisturbed.ts"

const { make, remove, root } = folders()
afterAll(remove)

const library = compile(root)

let alone: Undisturbed
let changes: ReadonlyArray<Change>
beforeAll(async () => {
  if (library === undefined) return
  alone = await undisturbed(make("undisturbed"), toy)
  const folder = make("logged")
  const log = join(root, "log")
  const env = { LD_PRELOAD: library, FAULT_ROOT: folder, FAULT_LOG: log, ASSAY_FAULTS_SAID: join(folder, "said") }
  const { code, err } = await harness(folder, toy, { env }).ended
  assert.strictEqual(code, 0, err)
  changes = readChanges(log)
  assert.isAbove(changes.filter(({ kind }) => kind === "s").length, 50)
})

/** What was said to be committed by then, and is on the disk for good: the ends of stages and runs, not of each step. */
const saidBy = (so: ReadonlyArray<Change>): string =>
  so.filter(({ kind, path }) => kind === "w" && path === "/said").map(({ bytes }) => String(bytes)).join("")
    .split("\n").filter((line) => !line.includes('"steps"')).join("\n")

const cuts = async (kind: string, count: number, disk: Disk, check: (folder: string, said: string) => Promise<void>) => {
  const next = drawn(kind)
  for (let i = 0; i < count; i++) {
    const so = changes.slice(0, Math.floor(next() * changes.length))
    await trial(kind, `after ${so.length} of ${changes.length} changes, cut ${i}`, async () => {
      const folder = make("cut")
      cutPower(so, folder, disk, next)
      await check(folder, saidBy(so))
    })
  }
}

const endsAsAlone = async (folder: string): Promise<void> => {
  await finish(folder, toy)
  checkSound(folder)
  checkTidy(folder)
  assert.deepStrictEqual(found(folder), alone.expected)
}

describe.skipIf(library === undefined)(`a power cut (${wanted})`, () => {
  it("loses nothing that was said to be done, and the run ends as if nothing had happened", () =>
    cuts("power cut", times(40, 2), { honest: true, inOrder: false }, async (folder, said) => {
      checkSound(folder)
      checkSaid(folder, said)
      await endsAsAlone(folder)
    }))
})

describe.skipIf(library === undefined)(`a file system that lies about syncs (${wanted})`, () => {
  it("that keeps the order of writes loses the newest of them alone", () =>
    cuts("power cut, a sync does nothing, writes in order", times(20, 1), { honest: false, inOrder: true }, async (folder) => {
      checkSound(folder)
      await endsAsAlone(folder)
    }))
})
