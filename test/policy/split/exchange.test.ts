/** The folders through which weights go. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { afterAll } from "vitest"
import * as Exchange from "../../../src/policy/split/Exchange.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-exchange-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The number of a process that is gone. */
const gone = spawnSync(process.execPath, ["-e", ""]).pid

describe("a folder that several runs share", () => {
  it.effect("has one for each, as long as it runs", () =>
    Effect.gen(function*() {
      const shared = join(folder, "shared")
      yield* Effect.scoped(Effect.gen(function*() {
        const [one, other] = [yield* Exchange.open(shared, undefined), yield* Exchange.open(shared, "/on/server")]
        assert.notStrictEqual(one.here, other.here)
        assert.strictEqual(one.there("abc"), join(one.here, "abc"))
        assert.strictEqual(other.there("abc"), `/on/server/${basename(other.here)}/abc`)
        assert.lengthOf(readdirSync(shared), 2)
      }))
      assert.deepStrictEqual(readdirSync(shared), [])
    }))

  it.effect("loses what a killed run left there, and nothing of others", () =>
    Effect.gen(function*() {
      const shared = join(folder, "killed")
      const { here } = yield* Exchange.open(shared, undefined)
      const [, , machine] = basename(here).split("-")
      const place = (name: string, days = 0) => {
        mkdirSync(join(shared, name, "next-1"), { recursive: true })
        const at = Date.now() / 1000 - days * 24 * 3600
        utimesSync(join(shared, name), at, at)
      }
      place(`assay-split-${machine}-${gone}-abc`)
      place(`assay-split-${machine}-${process.ppid}-abc`, 30)
      place(`assay-split-0123456789ab-${gone}-abc`)
      place(`assay-split-0123456789ab-${gone}-old`, 30)
      place("somebody's", 30)
      yield* Exchange.open(shared, undefined)
      const left = readdirSync(shared).filter((name) => !name.includes(`-${process.pid}-`))
      assert.sameMembers(left, [`assay-split-${machine}-${process.ppid}-abc`, `assay-split-0123456789ab-${gone}-abc`, "somebody's"])
    }).pipe(Effect.scoped))

  it.effect("that cannot be written is named", () =>
    Effect.gen(function*() {
      writeFileSync(join(folder, "file"), "")
      const error = yield* Effect.flip(Exchange.open(join(folder, "file", "exchange"), undefined))
      assert.match(error.message, /\/file\/exchange cannot be written .* Name another folder\.$/)
    }).pipe(Effect.scoped))
})
