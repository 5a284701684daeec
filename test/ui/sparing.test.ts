/** Writing the address as often as browsers take it. */
import { afterEach, assert, beforeEach, describe, it, vi } from "vitest"
import { sparing } from "../../ui/src/shell/sparing.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe("sparing writes", () => {
  const made = () => {
    const written: Array<number> = []
    return { written, ...sparing((value: number) => written.push(value), 200) }
  }

  it("are the first at once, then the last of each pause, and nothing when nothing is put", () => {
    const { put, written } = made()
    for (let i = 0; i < 500; i++) {
      put(i)
      vi.advanceTimersByTime(4)
    }
    vi.advanceTimersByTime(1000)
    assert.deepStrictEqual(written, [0, 49, 99, 149, 199, 249, 299, 349, 399, 449, 499])
    put(500)
    assert.strictEqual(written.at(-1), 500)
  })

  it("come before what must not overtake them, once, or not at all", () => {
    const { drop, flush, put, written } = made()
    put(0)
    put(1)
    flush()
    flush()
    assert.deepStrictEqual(written, [0, 1])
    put(2)
    drop()
    vi.advanceTimersByTime(1000)
    assert.deepStrictEqual(written, [0, 1])
  })
})
