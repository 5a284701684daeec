import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { rows, start } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-diverged-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("a learning rate far too high", () => {
  it("stops the run, and names the step, the batch and the last checkpoint", async () => {
    const set = (path: string) => ["--set", path]
    const broken = await start(folder, ...set("grpo.learningRate=1e20"), ...set("loop.checkpointEvery=1"), "--seeds", "1").ended
    assert.strictEqual(broken.code, 1, broken.said)
    assert.match(broken.said, /Training diverged: loss is NaN at step 1, on the batch (\d+), (\d+)\. The last good checkpoint is that of step 0\./)
    const [run] = rows(folder, "SELECT status, error FROM run")
    assert.strictEqual(run!["status"], "failed")
    assert.include(String(run!["error"]), "Lower learningRate")
    assert.isEmpty(rows(folder, "SELECT * FROM metric WHERE value IS NULL"), "what was measured before it stays, and is finite")
    assert.isAbove(rows(folder, "SELECT * FROM metric WHERE step = 0").length, 0)
  })
})
