/** Fingerprints of the program's own stages follow its own code, wherever that is reached from. */
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { execFile } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const child = fileURLToPath(new URL("children/hashes.ts", import.meta.url))

/** A study's own stage that imports from "assay", a stage, a policy whose code is behind a worker, and two others. */
const refs = {
  lessons: "pipelines/support/lessons.ts#lessons",
  grpo: "src/update/methods.ts#grpo",
  local: "src/policy/local/local.ts#local",
  detection: "src/task/detection/detection.ts#detection",
  score: "src/reward/score.ts#score"
} as const

type Name = keyof typeof refs

const hashesOf = async (folder: string): Promise<{ readonly [N in Name]: string }> => {
  const { stdout } = await promisify(execFile)(process.execPath, [child, folder, ...Object.values(refs)])
  const found = JSON.parse(stdout) as { readonly [ref: string]: string }
  return Object.fromEntries(Object.entries(refs).map(([name, ref]) => [name, found[ref]!])) as { [N in Name]: string }
}

/** A checkout with some files of its own. */
const checkout = () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-checkout-"))
  for (const part of ["src", "pipelines", "package.json"]) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  return folder
}

describe("an edit of", () => {
  let folder: string
  let before: { readonly [N in Name]: string }
  beforeAll(async () => {
    folder = checkout()
    before = await hashesOf(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** The names whose hashes an edit changes. */
  const changedBy = async (file: string, from: string, to: string): Promise<ReadonlyArray<string>> => {
    const path = join(folder, file)
    const text = readFileSync(path, "utf8")
    assert.include(text, from, `${file} is no longer what this test edits`)
    writeFileSync(path, text.replace(from, to))
    const after = await hashesOf(folder)
    writeFileSync(path, text)
    return Object.keys(refs).filter((name) => after[name as Name] !== before[name as Name])
  }

  it("what true answers look like reaches a study's stage that imports it from \"assay\"", async () => {
    assert.deepStrictEqual(
      await changedBy("src/task/detection/Question.ts", "`I see ${labels", "`I can see ${labels"),
      ["lessons", "detection"]
    )
  })

  it("the arithmetic of AdamW reaches the policy, whose code is behind a worker, and nothing else", async () => {
    assert.deepStrictEqual(
      await changedBy("src/policy/local/training/adamW.ts", "Math.sqrt(", "Math.cbrt("),
      ["local"]
    )
  })

  it("a graph that the worker builds does so, too", async () => {
    assert.deepStrictEqual(await changedBy("src/policy/local/graphs/Decoder.ts", "Ops.multiply(scores", "Ops.add(scores"), ["local"])
  })

  it("a loss reaches the update that takes it", async () => {
    assert.deepStrictEqual(await changedBy("src/update/Advantages.ts", "stabiliser = 1e-4", "stabiliser = 1e-3"), ["grpo"])
  })

  it("how the engine runs stages reaches none of them: a repair there undoes no finished work", async () => {
    assert.deepStrictEqual(await changedBy("src/pipeline/run/Executor.ts", "new Set<string>()", "new Set<string>([])"), [])
    assert.deepStrictEqual(await changedBy("src/cli/main.ts", "assay: ", "assay says: "), [])
  })
})
