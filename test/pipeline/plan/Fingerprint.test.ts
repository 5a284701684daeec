import { assert, describe, it } from "vitest"
import { sha256, stringify } from "../../../src/pipeline/plan/Canonical.ts"
import * as Fingerprint from "../../../src/pipeline/plan/Fingerprint.ts"

const node = { kind: "loop", name: "loop", code: "abc", packages: ["effect@4.1.0"], config: { steps: 3, "ü": null }, parts: {} }
const inputs = [{ role: "input", fingerprint: "f" }, { role: "subject", fingerprint: "g" }] as const

describe("a fingerprint", () => {
  it("is the hash of its pre-image, which is canonical JSON", () => {
    for (const preimage of [{ node, inputs }, { node, inputs, random: { seed: 0, stream: "loop" } }, { node, inputs: [] }]) {
      const made = Fingerprint.make(preimage)
      assert.deepStrictEqual(made, { hash: sha256(stringify(preimage)), preimage: stringify(preimage) })
    }
  })

  it("names the place of what JSON cannot carry", () => {
    const bent = { ...node, config: { rate: NaN as never } }
    assert.throws(() => Fingerprint.make({ node: bent, inputs: [] }), /node\.config\.rate is NaN/)
  })
})
