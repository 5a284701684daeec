// @module-tag long
import * as Effect from "effect/Effect"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { load } from "../../src/model/modelConfig.ts"
import { parameterSpecs } from "../../src/model/Parameters.ts"
import * as Safetensors from "../../src/model/Safetensors.ts"
import { assay } from "../cli/support.ts"
import { rows, start, startOn } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-export-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const floats = (file: string, name: string) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Safetensors.open(file), (weights) => weights.readFloats(name))))

describe("assay export", () => {
  beforeAll(async () => {
    const { code, said } = await start(folder, "--set", "loop.steps=1", "--seeds", "1").ended
    assert.strictEqual(code, 0, said)
  })

  it("writes a folder that loads again and holds what the run ended with", async () => {
    const { code, err } = await assay(folder, "export", "1", "--out", "model", "--dtype", "F16")
    assert.strictEqual(code, 0, err)
    assert.strictEqual(err, "model holds the model of run 1.\n")
    const { model } = await Effect.runPromise(load(join(folder, "model")))
    assert.isAbove(parameterSpecs(model.architecture).length, 10)
    const [stage] = rows(folder, "SELECT subject FROM stage WHERE kind = 'loop'")
    const hash = String(stage!["subject"])
    const trained = await floats(join(folder, ".assay", "objects", hash.slice(0, 2), hash.slice(2)), "model.norm.weight")
    const written = await floats(join(folder, "model", "model.safetensors"), "model.norm.weight")
    for (const [i, value] of trained.entries()) assert.closeTo(written[i]!, value, 1e-3)
    assert.notDeepEqual([...trained], [...trained].fill(1), "it trained")
  })

  it("says when a run has no adapters, and leaves no weights behind", async () => {
    const { code, err } = await assay(folder, "export", "1", "--adapter", "--out", "adapter")
    assert.strictEqual(code, 3)
    assert.include(err, "Run 1 trained no adapters, but all of its model's weights. Leave --adapter out")
    assert.notInclude(readdirSync(folder), "adapter")
  })

  it("refuses a folder that is not empty, and leaves it as it is", async () => {
    mkdirSync(join(folder, "mine"))
    writeFileSync(join(folder, "mine", "config.json"), "mine")
    const { code, err } = await assay(folder, "export", "1", "--out", "mine")
    assert.strictEqual(code, 3)
    assert.include(err, "The folder mine is not empty. Name another one, or empty it first.")
    const file = await assay(folder, "export", "1", "--out", "mine/config.json")
    assert.deepStrictEqual([file.code, file.err], [3, "assay: mine/config.json is a file. Name a folder.\n"])
    assert.deepStrictEqual(readdirSync(join(folder, "mine")), ["config.json"])
    assert.strictEqual(readFileSync(join(folder, "mine", "config.json"), "utf8"), "mine")
  })

  it("refuses stored weights that have been altered", async () => {
    const [stage] = rows(folder, "SELECT subject FROM stage WHERE kind = 'loop'")
    const hash = String(stage!["subject"])
    const file = join(folder, ".assay", "objects", hash.slice(0, 2), hash.slice(2))
    const whole = readFileSync(file)
    const altered = Uint8Array.from(whole)
    altered[altered.length - 100]! ^= 1
    writeFileSync(file, altered)
    const { code, err } = await assay(folder, "export", "1", "--out", "altered")
    writeFileSync(file, whole)
    assert.strictEqual(code, 3)
    assert.include(err, `${hash.slice(2)}, are missing or altered. Running its study again makes them anew.`)
    assert.notInclude(readdirSync(folder), "altered")
  })
})

describe("assay export of adapters", () => {
  it("refuses a folder that is no longer what they were trained on", async () => {
    const here = join(folder, "adapters")
    const model = join(here, "model")
    cpSync(fileURLToPath(new URL("../../assets/tiny-vl", import.meta.url)), model, { recursive: true })
    const { code, said } = await startOn(fileURLToPath(new URL("studies/adapters.ts", import.meta.url)), { ASSAY_TEST_MODEL: model }, here).ended
    assert.strictEqual(code, 0, said)
    const written = await assay(here, "export", "1", "--out", "merged")
    assert.strictEqual(written.code, 0, written.err)
    writeFileSync(join(model, "generation_config.json"), "{}")
    for (const more of [[], ["--adapter"]]) {
      const { code, err } = await assay(here, "export", "1", "--out", "refused", ...more)
      assert.strictEqual(code, 3)
      assert.include(err, `The folder ${model} is no longer what run 1 started from, and its trained weights go only with those of then.`)
    }
    assert.notInclude(readdirSync(here), "refused")
  })
})
