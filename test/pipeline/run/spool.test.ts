import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Rows from "../../../src/pipeline/Rows.ts"
import { spoolIn } from "../../../src/pipeline/run/spool.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "assay-spool-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** `size` rows in chunks of 1000. */
const numbered = (size: number) =>
  Stream.map(Stream.range(0, Math.ceil(size / 1000) - 1, 1), (i) =>
    Array.from({ length: Math.min(1000, size - i * 1000) }, (_, k) => ({ n: i * 1000 + k, text: `row ${i * 1000 + k} é` })))

describe("a spool", () => {
  it.effect("gives rows back in order and by index, few or many", () =>
    Effect.gen(function*() {
      const folder = join(yield* temporary, "rows")
      for (const size of [0, 1, 4000, 4096, 4097, 50_000]) {
        yield* Effect.scoped(Effect.gen(function*() {
          const rows = yield* (yield* spoolIn(folder)).collect(numbered(size))
          assert.strictEqual(rows.size, size)
          assert.deepStrictEqual((yield* Rows.toArray(rows)).map(({ n }) => n), Array.from({ length: size }, (_, n) => n))
          const places = size === 0 ? [] : [size - 1, 0, Math.floor(size / 2), size - 1]
          assert.deepStrictEqual((yield* rows.at(places)).map(({ n }) => n), places)
        }))
      }
    }))

  it.effect("has no file for few rows, and leaves none behind", () =>
    Effect.gen(function*() {
      const folder = join(yield* temporary, "rows")
      yield* Effect.scoped(Effect.gen(function*() {
        const spool = yield* spoolIn(folder)
        yield* spool.collect(numbered(1000))
        assert.isFalse(existsSync(folder))
        yield* spool.collect(numbered(5000))
        writeFileSync(yield* spool.file, "what a stage put away")
        assert.strictEqual(readdirSync(folder).length, 2)
      }))
      assert.deepStrictEqual(readdirSync(folder), [])
    }))

  it.effect("removes what a killed process left a day ago, and nothing younger", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      mkdirSync(folder, { recursive: true })
      for (const name of ["old", "young"]) writeFileSync(join(folder, name), "rows")
      const hours = (n: number) => Date.now() / 1000 - n * 3600
      utimesSync(join(folder, "old"), hours(25), hours(25))
      utimesSync(join(folder, "young"), hours(23), hours(23))
      yield* Effect.scoped(Effect.flatMap(spoolIn(folder), ({ file }) => file))
      assert.deepStrictEqual(readdirSync(folder), ["young"])
    }))
})
