import { afterAll, assert, describe, it } from "vitest"
import { cpSync, renameSync } from "node:fs"
import { join } from "node:path"
import * as Engine from "../../../../src/policy/local/thread/engine.ts"
import * as Trainer from "../../../../src/policy/local/training/Trainer.ts"
import { partition } from "../../../../src/policy/local/training/partition.ts"
import { defaults } from "../../../../src/policy/local/training/settings.ts"
import * as Tiny from "../tiny.ts"

const { path, remove } = Tiny.temporaryFolder()
afterAll(remove)

describe("a failure", () => {
  it("to compile a graph is not remembered", async () => {
    const model = await Tiny.architecture()
    let asked = 0
    const compile = () => Promise.reject(new Error(`no memory, ${++asked}`))
    const trainer = Trainer.make(model, partition(model, defaults), () => assert.fail(), { imageToken: 0, microBatch: 8, compile })
    const prompt = { ids: [5, 6], positions: new Float32Array(6), next: 2, images: [] }
    const score = () => trainer.score([{ prompt, group: "", tokens: [7], weights: [] }], {}, false).then(() => "", String)
    assert.deepStrictEqual([await score(), await score()], ["Error: no memory, 1", "Error: no memory, 2"])
  })

  it("to read the weights is over when they are there", async () => {
    const folder = join(path, "model")
    cpSync(Tiny.folder, folder, { recursive: true })
    const [file, away] = [join(folder, "model.safetensors"), join(folder, "away")]
    renameSync(file, away)
    const engine = await Engine.make({ folder, weights: "folder", threads: 1 })
    const score = () => engine.logprobs([{ question: Tiny.wordsOnly, tokens: [5] }], "current").then(([scores]) => scores!.length, String)
    assert.match(String(await score()), /model\.safetensors/)
    renameSync(away, file)
    assert.strictEqual(await score(), 1)
  })
})
