import { assert, describe, it } from "@effect/vitest"
import { batches } from "../../src/pipeline/batches.ts"
import * as Random from "../../src/pipeline/Random.ts"

describe("Batches", () => {
  const key = Random.fold(Random.key(4), "loop")

  it("take every item once an epoch, each epoch in its own order", () => {
    for (const [size, batch] of [[10, 3], [6, 6], [7, 1], [5, 8], [1, 4]] as const) {
      const drawn = Array.from({ length: size * 3 }, (_, step) => batches(key, size, batch)(step)).flat()
      const epochs = Array.from({ length: 3 }, (_, epoch) => drawn.slice(epoch * size, (epoch + 1) * size))
      for (const epoch of epochs) {
        assert.deepStrictEqual([...epoch].sort((a, b) => a - b), Array.from({ length: size }, (_, i) => i))
      }
      if (size > 5) assert.strictEqual(new Set(epochs.map(String)).size, 3)
    }
  })

  it("are the same at a step whatever was drawn before, and the same stream of items for any batch size", () => {
    const ones = Array.from({ length: 24 }, (_, step) => batches(key, 9, 1)(step)[0]!)
    assert.deepStrictEqual(Array.from({ length: 6 }, (_, step) => batches(key, 9, 4)(step)).flat(), ones)
  })
})
