/** What the public faces load: who declares a study waits for no model runtime and no image library. */
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

const loadedBy = (face: string): ReadonlyArray<string> =>
  JSON.parse(execFileSync(process.execPath, [path("children/loaded.ts"), path(`../../src/${face}.ts`)], { encoding: "utf8" }))

describe("loading a face", () => {
  it.each(["index", "engine", "testing"])("%s loads effect alone", (face) => assert.deepStrictEqual(loadedBy(face), ["effect"]))

  it("workspace loads the database too", () => {
    assert.deepStrictEqual(loadedBy("workspace"), ["better-sqlite3", "drizzle-orm", "effect"])
  })
})
