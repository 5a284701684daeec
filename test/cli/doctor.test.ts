import { afterAll, assert, describe, it } from "vitest"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assay, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const mine = `
import { Reward } from "assay"
import * as Schema from "effect/Schema"

export const talk = Reward.define({
  name: "talk",
  module: import.meta.url,
  config: Schema.Struct({}),
  score: (_, { completion }) => Math.min(1, completion.length / 10000)
})
`

describe("assay doctor", () => {
  it("prints what attacks come to, and whether the truth scores the most", async () => {
    const { code, err, out } = await assay(folder, "doctor", "--reward", "ap50,odLength")
    assert.deepStrictEqual([code, err], [0, ""])
    const [ap50, odLength] = out.split(/\n(?=odLength\n)/)
    assert.match(ap50!, /^ap50\n\nattack +verdict +before +after +most in the case\nappended +rises +0\.\d{4} +0\.\d{4} +one missed\n/)
    assert.match(odLength!, /\nappended +falls /)
    assert.include(odLength!, "The true answer scores 1.0000, and nothing that was tried scores more.")
  })

  it("gives the same as JSON", async () => {
    const { code, out } = await assay(folder, "doctor", "--reward", "weightedSum", "--json")
    assert.strictEqual(code, 0)
    const [found] = JSON.parse(out)
    assert.deepStrictEqual(Object.keys(found), ["reward", "findings", "truth", "errors"])
    assert.strictEqual(found.reward, "weightedSum")
    assert.deepStrictEqual(found.truth, { score: 1, best: true })
    assert.deepStrictEqual(found.errors, [])
    for (const { after, attack, before, probe, verdict } of found.findings) {
      assert.isTrue([attack, probe].every((text) => typeof text === "string") && [before, after].every(Number.isFinite))
      assert.include(["rises", "free", "falls"], verdict)
    }
  })

  it("with --strict exits with 1 when an attack pays, and with 0 when none does", async () => {
    const [ill, sound] = [
      await assay(folder, "doctor", "--reward", "ap,precisionRecall", "--strict"),
      await assay(folder, "doctor", "--reward", "precisionRecall", "--strict")
    ]
    assert.strictEqual(ill.code, 1)
    assert.match(ill.err, /Not sound: ap\./)
    assert.deepStrictEqual([sound.code, sound.err], [0, ""])
  })

  it("examines a reward of one's own, and says what beats the truth", async () => {
    writeFileSync(join(folder, "mine.ts"), mine)
    const { code, err, out } = await assay(folder, "doctor", "--reward", "./mine.ts#talk")
    assert.deepStrictEqual([code, err], [0, ""])
    assert.match(out, /^\.\/mine\.ts#talk\n/)
    assert.match(out, /\npadded +rises /)
    assert.match(out, /The true answer scores 0\.\d+ where [01]\.\d+ was reached \(.*, padded\)/)
  })

  it("names an unknown reward, and a module that has none", async () => {
    const [unknown, none] = [
      await assay(folder, "doctor", "--reward", "map"),
      await assay(folder, "doctor", "--reward", "./mine.ts#missing")
    ]
    assert.deepStrictEqual([unknown.code, none.code], [2, 2])
    assert.include(unknown.err, "weightedSum")
    assert.include(none.err, "./mine.ts exports no reward called \"missing\"")
  })
})
