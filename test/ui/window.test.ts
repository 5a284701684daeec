/** The part of a picture that is seen. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { moved, readWindow, whole, windowText, within, zoomed } from "../../ui/src/parts/window.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: -3, maximum: 3 }))
const Factor = Schema.Finite.check(Schema.isBetween({ minimum: 0.01, maximum: 100 }))

describe("a window", () => {
  it.prop("never leaves the picture, however it is magnified and moved", [Factor, Share, Share, Share, Share], ([factor, x, y, right, down]) => {
    const window = moved(zoomed(whole, factor, { x, y }), right, down)
    const half = 0.5 / window.scale
    assert.isAtLeast(window.scale, 1)
    for (const middle of [window.x, window.y]) {
      assert.isAtLeast(middle - half, -1e-9)
      assert.isAtMost(middle + half, 1 + 1e-9)
    }
  })

  it("keeps the point that it is magnified at", () => {
    const at = { x: 0.25, y: 0.75 }
    const window = zoomed(whole, 2, at)
    assert.deepStrictEqual(window, { scale: 2, x: 0.375, y: 0.625 })
    assert.deepStrictEqual((at.x - window.x) * window.scale, at.x - whole.x)
    assert.deepStrictEqual(zoomed(window, 0.5, at), whole)
  })

  it("comes back from its text, and is the whole of anything else", () => {
    const window = within({ scale: 3, x: 0.4, y: 0.6 })
    assert.deepStrictEqual(readWindow(windowText(window)!), window)
    assert.isUndefined(windowText(whole))
    for (const text of ["", "x", "1", "2,3", "NaN,0,0", "Infinity,1,1"]) assert.deepStrictEqual(readWindow(text), whole)
    assert.deepStrictEqual(readWindow("1e9,-5,99"), { scale: 16, x: 0.03125, y: 1 - 0.03125 })
  })
})
