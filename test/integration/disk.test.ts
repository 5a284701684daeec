import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { rows, start } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-disk-"))
/** Room for data and database, and not for the 34 MB of a training state. */
const small = spawnSync("mount", ["-t", "tmpfs", "-o", "size=14m", "tmpfs", folder]).status === 0
afterAll(() => {
  if (small) spawnSync("umount", ["-l", folder])
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!small)("a disk that is full while weights are written", () => {
  let ended: { readonly code: number | null; readonly said: string }
  beforeAll(async () => {
    ended = await start(folder, "--seeds", "4", "--jobs", "2", "--set", "loop.steps=1").ended
  })

  it("ends the study with the reason and advice, and without trying what would fail as well", () => {
    const { code, said } = ended
    assert.strictEqual(code, 1, said)
    assert.include(said, "The disk is full. Free some space and run again: what is finished stays.")
    assert.match(said, /^[123] were not begun, as every run would fail so/m)
    assert.notInclude(said, "    at ", "no stack trace")
    const statuses = rows(folder, "SELECT DISTINCT status FROM run ORDER BY 1").map(({ status }) => status)
    assert.deepStrictEqual(statuses, ["failed", "planned"])
  })

  it("leaves nothing half-written", () => {
    assert.deepStrictEqual(readdirSync(join(folder, ".assay/objects/tmp/runs.db")), [])
  })
})
