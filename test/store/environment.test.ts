import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Store from "../../src/store/index.ts"
import { temporaryFolder } from "./support.ts"

const manifest = JSON.parse(fs.readFileSync(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8"))

describe("environment", () => {
  it.live("says which code, packages and threads ran", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const git = (...args: ReadonlyArray<string>) =>
        execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { cwd: folder, encoding: "utf8" })
      fs.writeFileSync(path.join(folder, "package-lock.json"), "{}\n")
      git("init", "-q")
      git("add", ".")
      git("commit", "-q", "-m", "First")
      const collect = Effect.map(Store.environment({ folder, threads: { policy: 2 } }), ({ facts }) => facts)

      const clean = yield* collect
      assert.strictEqual(clean["git.commit"], git("rev-parse", "HEAD").trim())
      assert.strictEqual(clean["git.dirty"], 0)
      assert.strictEqual(clean["lockfile"], createHash("sha256").update("{}\n").digest("hex"))
      assert.strictEqual(clean["threads.policy"], 2)
      assert.strictEqual(clean["node"], process.version)
      for (const name of ["effect", "onnxruntime-node", "sharp", "better-sqlite3", "drizzle-orm"]) {
        assert.strictEqual(clean[`version.${name}`], manifest.dependencies[name])
      }
      assert.strictEqual(clean["version.assay"], manifest.version)

      fs.writeFileSync(path.join(folder, "package-lock.json"), `{"a": 1}\n${"x".repeat(300_000)}`)
      fs.writeFileSync(path.join(folder, "new.ts"), "")
      const dirty = yield* collect
      assert.strictEqual(dirty["git.dirty"], 1)
      assert.include(String(dirty["git.diff"]), "+{\"a\": 1}")
      assert.match(String(dirty["git.diff"]), /\[cut at 200000 of \d+ characters\]$/)
      assert.strictEqual(dirty["git.untracked"], "new.ts\n")
    }))

  it.live("a study outside of any repository has no git facts", () =>
    Effect.gen(function*() {
      const { facts } = yield* Store.environment({ folder: yield* temporaryFolder, threads: {} })
      assert.notProperty(facts, "git.commit")
      assert.property(facts, "cpu")
    }))
})
