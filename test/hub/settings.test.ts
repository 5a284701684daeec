/** The variables that Python's tools read, and names. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { isWhole } from "../../src/hub/choose.ts"
import { modelFiles } from "../../src/hub/model.ts"
import { addressOf, commitIn, isOnHub, Revision } from "../../src/hub/repository.ts"
import { settings } from "../../src/hub/settings.ts"
import * as Schema from "effect/Schema"

describe("the environment", () => {
  it("says where the cache lies, the more particular variable first", () => {
    const at = (environment: Record<string, string>) => settings(environment).cache
    assert.strictEqual(at({}), join(homedir(), ".cache/huggingface/hub"))
    assert.strictEqual(at({ XDG_CACHE_HOME: "/x" }), "/x/huggingface/hub")
    assert.strictEqual(at({ XDG_CACHE_HOME: "/x", HF_HOME: "~/hf" }), join(homedir(), "hf/hub"))
    assert.strictEqual(at({ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: "" }), "/old")
    assert.strictEqual(at({ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: "/c" }), "/c")
  })

  it("says where the hub is, whether it may be asked, and by whom", () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-settings-"))
    try {
      assert.deepInclude(settings({ HF_HOME: folder }), { endpoint: "https://huggingface.co", offline: false, token: undefined })
      assert.deepInclude(settings({ HF_HOME: folder, HF_ENDPOINT: "https://mirror/", HF_HUB_OFFLINE: "yes" }), { endpoint: "https://mirror", offline: true })
      assert.isFalse(settings({ HF_HUB_OFFLINE: "0" }).offline)
      writeFileSync(join(folder, "token"), "hf_file\n")
      assert.strictEqual(settings({ HF_HOME: folder }).token, "hf_file")
      assert.strictEqual(settings({ HF_HOME: folder, HF_TOKEN: "hf_own" }).token, "hf_own")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe("a name on the hub", () => {
  it("is ORG/NAME where no path is called so", () => {
    assert.isTrue(isOnHub("Qwen/Qwen2.5-VL-3B-Instruct"))
    assert.deepStrictEqual(["assets/tiny-vl", "assay:tiny-vl", "./a/b", "/a/b", "a", "a/b/c", "../b", "a/.."].filter(isOnHub), [])
  })

  it("has revisions that are no ways out of the cache", () => {
    const is = Schema.is(Revision)
    assert.deepStrictEqual(["main", "v1.0", "refs/pr/1", "a".repeat(40)].map(is), [true, true, true, true])
    assert.deepStrictEqual(["", "../main", "/main", "a/../../b", "a b"].map(is), [false, false, false, false, false])
  })

  it("is written with its commit as Python's tools write it", () => {
    const commit = "0123456789".repeat(4)
    const address = addressOf({ type: "dataset", name: "a/b", revision: "main" }, commit)
    assert.strictEqual(address, `hf://datasets/a/b@${commit}`)
    assert.deepStrictEqual([commitIn(address), commitIn("a".repeat(64)), commitIn(undefined)], [commit, undefined, undefined])
  })
})

describe("a choice of files", () => {
  it("takes of a model what is read of a folder, and shards only where there is no whole file", () => {
    const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    const paths = ["config.json", "merges.txt", "chat_template.jinja", "README.md", "pytorch_model.bin", "onnx/config.json", "consolidated.safetensors", ...shards]
    const { lacks, pick } = modelFiles(true)
    assert.deepStrictEqual(pick(paths), ["config.json", "merges.txt", "chat_template.jinja", ...shards])
    assert.deepStrictEqual(pick([...paths, "model.safetensors"]).slice(3), ["model.safetensors"])
    assert.deepStrictEqual([lacks(["config.json"], paths), lacks(shards, paths), modelFiles(false).lacks(["config.json"], paths)], ["model.safetensors", "config.json", undefined])
  })

  it("is whole when of every numbered file all are there, counted from 0 or from 1", () => {
    assert.isTrue(isWhole(["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]))
    assert.isTrue(isWhole(["data/val-00000-of-00001.parquet", "data/test-00001-of-00002.parquet", "data/test-00000-of-00002.parquet"]))
    assert.isFalse(isWhole(["model-00001-of-00002.safetensors"]))
    assert.isFalse(isWhole(["data/test-00000-of-00002.parquet"]))
  })
})
