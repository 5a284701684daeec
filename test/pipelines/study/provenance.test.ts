import { assert, describe, it } from "vitest"
import { codeWords, machineWords } from "../../../pipelines/study/provenance.ts"

const facts = { "git.commit": "abc", "git.dirty": 0, "version.assay": "0.2.0", node: "v24.1.0" }
const diff = (...files: ReadonlyArray<string>) => files.map((file) => `diff --git a/${file} b/${file}\n--- a/${file}\n`).join("")

describe("by what program", () => {
  it("says commit, tree and versions", () => {
    assert.strictEqual(codeWords(facts), "commit `abc`, its tree clean; assay 0.2.0, Node v24.1.0")
    assert.include(codeWords({}), "no commit is known; assay of an unknown version")
  })

  it("names the files that had changed, but not the page that it writes itself", () => {
    const dirty = { ...facts, "git.dirty": 1, "git.untracked": "" }
    assert.include(codeWords({ ...dirty, "git.diff": diff("docs/results.md", "src/index.ts"), "git.untracked": "new.ts\n" }),
      "its tree not clean: changed `src/index.ts`, `new.ts`;")
    assert.include(codeWords({ ...dirty, "git.diff": diff("docs/results.md") }), "its tree clean but for this page;")
    assert.include(codeWords({ ...dirty, "git.diff": diff(..."abcdefgh") }), "`f` and 2 more;")
  })
})

describe("by what machine", () => {
  it("says cores, processor, memory and system, and no name", () => {
    const machine = { cores: 2, cpu: "Some CPU", memory: 8 * 2 ** 30, platform: "linux 6.1.0-name x64", "threads.jobs": 2 }
    assert.strictEqual(machineWords(machine), "2 cores (Some CPU), 8 GiB of memory, linux x64, 2 runs side by side")
  })
})
