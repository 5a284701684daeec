/** SIGKILL while the schema of an earlier version is brought up to date. */
import Database from "better-sqlite3"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, describe, it } from "vitest"
import { latest } from "../../src/store/migrate.ts"
import { earlier, make as makeVersion } from "../store/earlier.ts"
import { child } from "./support/processes.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"

const { make, remove } = folders()
afterAll(remove)

const looked = (file: string) => {
  const db = new Database(file)
  try {
    const [samples] = db.prepare("SELECT count(*), sum(length(completion)), sum(token_count) FROM sample").raw().all()
    return {
      version: Number(db.pragma("user_version", { simple: true })),
      integrity: db.pragma("integrity_check", { simple: true }),
      dangling: db.pragma("foreign_key_check"),
      samples
    }
  } finally {
    db.close()
  }
}

const kind = "SIGKILL while a schema is brought up to date"

describe("a schema that is brought up to date", () => {
  it("is the old or the new after a kill, and the next start does it", async () => {
    const next = drawn(kind)
    for (let i = 0; i < times(20, 1); i++) {
      const version = earlier[Math.floor(next() * earlier.length)]!
      const after = next() * 120
      await trial(kind, `version ${version}, ${after.toFixed(0)} ms after it began`, async () => {
        const file = join(make("old"), "runs.db")
        makeVersion(file, version)
        const { samples } = looked(file)
        const opening = spawn(process.execPath, [child("open"), file], { stdio: ["ignore", "pipe", "inherit"] })
        await once(opening.stdout, "data")
        await setTimeout(after)
        opening.kill("SIGKILL")
        if (opening.exitCode === null && opening.signalCode === null) await once(opening, "exit")
        const found = looked(file)
        assert.oneOf(found.version, [version, latest])
        assert.deepStrictEqual(found, { version: found.version, integrity: "ok", dangling: [], samples })
        const copy = `${file}.version-${version}.backup`
        if (found.version === latest) assert.isTrue(existsSync(copy))
        if (existsSync(copy)) assert.deepStrictEqual(looked(copy), { version, integrity: "ok", dangling: [], samples })
        const again = spawn(process.execPath, [child("open"), file], { stdio: ["ignore", "ignore", "inherit"] })
        assert.deepStrictEqual(await once(again, "exit"), [0, null])
        assert.deepStrictEqual(looked(file), { version: latest, integrity: "ok", dangling: [], samples })
        assert.isFalse(existsSync(`${copy}-draft`))
      })
    }
  })
})
