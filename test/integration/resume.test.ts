// @module-tag long
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import * as Random from "../../src/pipeline/Random.ts"
import { atTerminal, hasTerminal } from "../cli/terminal.ts"
import { findings, rows, start, study } from "./support.ts"

const root = mkdtempSync(join(tmpdir(), "assay-resume-"))
const folderOf = (name: string): string => {
  mkdirSync(join(root, name))
  return join(root, name)
}
afterAll(() => rmSync(root, { recursive: true, force: true }))

const undisturbed = folderOf("undisturbed")
const finish = async (folder: string, ...options: ReadonlyArray<string>) => {
  const { code, said } = await start(folder, ...options).ended
  assert.strictEqual(code, 0, said)
}
beforeAll(() => finish(undisturbed, "--jobs", "2"))

/** Steps of the loop that are committed, 5 being all, and 6 once the loop is closed. */
const progress = (folder: string): number => {
  const closed = rows(folder, "SELECT 1 FROM stage WHERE kind = 'loop' AND status = 'finished'").length
  const [last] = rows(folder, "SELECT max(step) AS step FROM metric JOIN stage s ON s.id = stage WHERE s.kind = 'loop'")
  return closed > 0 ? 6 : Number(last?.step ?? -1) + 1
}

describe("assay run", () => {
  it("measures every step and every image, and really trains", () => {
    const { boxes, kept, metrics, rewards, samples } = findings(undisturbed, [0, 1])
    // A step has 2 prompts with 2 completions each; after steps 2, 4 and 5 it is watched on 2 images, in the end on 4.
    assert.strictEqual(samples.length, 2 * (5 * 4 + 3 * 2 + 4))
    assert.deepStrictEqual(kept.map(({ role }) => role), ["best", "last", "best", "last"])
    assert.strictEqual(rewards.length, samples.length)
    assert.isAbove(boxes.length, samples.length / 2)
    for (const seed of [0, 1]) {
      const all = (name: string) =>
        metrics.filter((row) => row.seed === seed && row.name === name).map((row) => Number(row.value))
      assert.strictEqual(all("gradientNorm").length, 5)
      all("gradientNorm").forEach((norm) => assert.isAbove(norm, 0))
      assert.closeTo(all("kl")[0]!, 0, 1e-9)
      assert.isAbove(all("kl")[4]!, 1e-4)
    }
    const texts = (seed: number) => samples.filter((row) => row.seed === seed).map((row) => row.completion)
    assert.notDeepEqual(texts(0), texts(1))
  })

  it("finds the same, bit by bit, with one job instead of two and however often it is killed", async () => {
    const folder = folderOf("killed")
    const next = Random.stream(Random.key(17))
    const killedAt: Array<number> = []
    // At once, while data and policy are made, then after 1 and 3 steps, at last in the evaluation.
    for (const steps of [0, 1, 3, 6]) {
      const run = start(folder, "--seeds", "1", "--jobs", "1")
      while (run.running() && progress(folder) < steps) await setTimeout(10)
      await setTimeout(next() * (steps === 0 ? 700 : 100))
      run.kill()
      const { code, said, signal } = await run.ended
      assert.isTrue(signal === "SIGKILL" || (steps === 6 && code === 0), said)
      killedAt.push(progress(folder))
      assert.strictEqual(findings(folder, [0]).weights.length, code === 0 ? 1 : 0)
    }
    assert.isTrue(killedAt[1]! >= 1 && killedAt[1]! < 6, `killed after ${killedAt.join(", ")} steps`)
    await finish(folder, "--seeds", "1", "--jobs", "1")
    assert.deepStrictEqual(findings(folder, [0]), findings(undisturbed, [0]))
  })
  it.skipIf(!hasTerminal)("finds the same after one Ctrl-C, and after two that leave no time to end a step", async () => {
    const folder = folderOf("pressed")
    for (const presses of [1, 2]) {
      const before = progress(folder)
      const run = atTerminal(process.execPath, folder, "run", study, "--seeds", "1", "--jobs", "1", "--db", "runs.db")
      while (progress(folder) <= before) await setTimeout(10)
      for (let press = 0; press < presses; press++) {
        run.press()
        await setTimeout(150)
      }
      const { code, screen } = await run.closed
      assert.strictEqual(code, 130, screen)
      assert.notInclude(screen, "terminate called")
      assert.match(screen, /the same command goes on from there\.\s*$/)
      assert.deepStrictEqual(rows(folder, "SELECT status FROM run"), [{ status: "interrupted" }])
    }
    await finish(folder, "--seeds", "1", "--jobs", "1")
    assert.deepStrictEqual(findings(folder, [0]), findings(undisturbed, [0]))
  })
})
