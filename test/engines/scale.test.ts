/** The configs of docs/how-to/scale are taken by the trainers' own parsers, to the last key. No GPU is here to train with them. */
// @module-tag long
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { folder as engines, has } from "./servers.ts"

const root = join(import.meta.dirname, "../..")
const folder = mkdtempSync(join(tmpdir(), "assay-scale-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the parser read. Throws where it refuses. */
const read = (environment: string, kind: string): string =>
  execFileSync(
    join(engines, environment, "bin/python"),
    [
      join(import.meta.dirname, "scale.py"),
      kind,
      join(root, "docs/how-to/scale", `${kind}.yaml`),
      join(root, "assets/tiny-vl"),
      join(root, "shims/assay_swift.py")
    ],
    { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }
  ).trim().split("\n").at(-1)!

describe.skipIf(!has("trl"))("TRL", () => {
  it("takes trl.yaml", () => assert.strictEqual(read("trl", "trl"), "colocate True 8192"))
  it("is started by accelerate.yaml on eight GPUs", () => assert.strictEqual(read("trl", "accelerate"), "8 DEEPSPEED bf16"))
})

describe.skipIf(!has("swift"))("ms-swift", () => {
  it("takes swift.yaml, and leaves no key of it over", () => assert.strictEqual(read("swift", "swift"), "colocate ['assay'] 300 []"))
})
