import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Random from "../../src/pipeline/Random.ts"
import { filesIn, temporaryFolder } from "./support.ts"

const program = fileURLToPath(new URL("./children/commit.ts", import.meta.url))

/** Starts the committing process and kills it with SIGKILL `delay` milliseconds after its first commit began. */
const killAfter = (folder: string, delay: number) =>
  Effect.callback<NodeJS.Signals | null>((resume) => {
    const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] })
    child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), delay))
    child.once("exit", (_, signal) => resume(Effect.succeed(signal)))
  })

const objectsOf = (folder: string): Array<string> =>
  fs.readdirSync(folder).filter((name) => name !== "tmp").flatMap((name) =>
    fs.readdirSync(path.join(folder, name)).map((rest) => name + rest))

describe("kill -9 while steps are committed", () => {
  it.live("leaves a sound file with whole steps only, and the next process goes on", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const { file, objects } = filesIn(folder)
      let furthest = 0
      for (let round = 0; round < 4; round++) {
        const signal = yield* killAfter(folder, Math.floor(Random.uniformAt(Random.key(Date.now()), round) * 250))
        assert.strictEqual(signal, "SIGKILL")
        const db = new Sqlite(file)
        assert.strictEqual(db.pragma("integrity_check", { simple: true }), "ok")
        const steps = db.prepare(`
          SELECT m.step, count(DISTINCT m.key), (SELECT count(*) FROM sample s WHERE s.step = m.step),
            (SELECT count(*) FROM sample_reward w JOIN sample s ON s.id = w.sample
              WHERE s.step = m.step AND w.value = m.step)
          FROM metric m GROUP BY m.step ORDER BY m.step`).raw().all() as Array<Array<number>>
        const checkpoints = db.prepare("SELECT step, artifact FROM checkpoint").all() as Array<
          { step: number; artifact: string }
        >
        db.close()
        assert.deepStrictEqual(steps, steps.map((_, step) => [step, 2, 4, 4]))
        assert.isAtMost(checkpoints.length, 1)
        for (const { artifact, step } of checkpoints) {
          assert.strictEqual(step, Math.floor((steps.length - 1) / 3) * 3)
          assert.include(objectsOf(objects), artifact)
        }
        assert.isAtLeast(steps.length, furthest - 2)
        furthest = steps.length
      }
      assert.isAbove(furthest, 3)
    }), 60_000)
})
