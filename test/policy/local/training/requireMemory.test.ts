import { assert, describe, it } from "@effect/vitest"
import { requireMemory } from "../../../../src/policy/local/training/requireMemory.ts"

describe("requireMemory", () => {
  it("lets pass what fits, and names both sizes and the remedy for what does not", () => {
    requireMemory(2 ** 28, "A model", "Take a smaller one.", 2 ** 30)
    assert.throws(
      () => requireMemory(3 * 2 ** 28, "A model", "Take a smaller one.", 2 ** 30),
      "A model needs 3.0 GiB of memory, and 1.0 GiB are available. Take a smaller one."
    )
  })

  it("knows what this process can get", () => {
    requireMemory(1, "A number", "")
    assert.throws(() => requireMemory(2 ** 50, "A model", "Take a smaller one."), /GiB are available/)
  })
})
