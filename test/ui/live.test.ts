/** Answers that follow the database: what is told of them, and what waiting leaves behind. */
import { getEventListeners } from "node:events"
import { afterEach, assert, describe, it, vi } from "vitest"
import { follow, type Known } from "../../ui/src/shell/follow.ts"
import { seen, wait } from "../../ui/src/shell/wait.ts"

afterEach(() => vi.unstubAllGlobals())

/** What is told of a question whose tries end so: a body, a status of HTTP, or nothing where the server is away. */
const told = async (tries: ReadonlyArray<string | number | undefined>, once = false) => {
  const stop = new AbortController()
  const all: Array<Partial<Known<unknown>>> = []
  const reached: Array<boolean> = []
  const left = [...tries]
  vi.stubGlobal("fetch", async () => {
    const next = left.shift()
    if (next === undefined) throw new TypeError("Failed to fetch")
    return typeof next === "string" ? new Response(next) : new Response(JSON.stringify({ error: { message: "no" } }), { status: next })
  })
  const rest = async () => {
    if (left.length === 0) stop.abort()
  }
  await follow("/api/x", { signal: stop.signal, once, rest, tell: (known) => all.push(known), reached: (is) => reached.push(is) })
  return { all: all.map(({ error, value, waiting }) => [error?.status ?? value, waiting]), reached, left: left.length }
}

describe("a question that is followed", () => {
  it("tells an answer once for as long as it is the same, and again after a failure", async () => {
    assert.deepStrictEqual((await told(["[1]", "[1]", "[2]", "[2]"])).all, [[[1], false], [[2], false]])
    assert.deepStrictEqual((await told(["[1]", undefined, "[1]"])).all, [[[1], false], [0, false], [[1], false]])
  })

  it("waits while the server is away, unless it was answered already", async () => {
    const away = await told([undefined, undefined, "[1]", undefined])
    assert.deepStrictEqual(away.all, [[0, true], [0, true], [[1], false], [0, false]])
    assert.deepStrictEqual(away.reached, [false, false, true, false])
    assert.deepStrictEqual((await told([404, undefined])).all, [[404, false], [0, true]])
  })

  it("is asked again after a failure, not where it was wrong, and not after the one answer of what never changes", async () => {
    assert.deepInclude(await told([400, "[1]"]), { all: [[400, false]], left: 1 })
    assert.deepInclude(await told([503, "[1]", "[2]"], true), { all: [[503, false], [[1], false]], left: 1 })
  })
})

describe("waiting", () => {
  const page = (hidden: boolean) => Object.assign(new EventTarget(), { hidden })

  it("ends in its time or when it is called off, and leaves no listener either way", async () => {
    const stop = new AbortController()
    for (let i = 0; i < 3; i++) await wait(1, stop.signal)
    assert.lengthOf(getEventListeners(stop.signal, "abort"), 0)
    const long = wait(1e6, stop.signal)
    stop.abort()
    await long
    assert.lengthOf(getEventListeners(stop.signal, "abort"), 0)
  })

  it("for a tab ends when it is seen, and leaves no listener either", async () => {
    const stop = new AbortController()
    await seen(page(false), stop.signal)
    const tab = page(true)
    for (const end of [() => tab.dispatchEvent(new Event("visibilitychange")), () => stop.abort()]) {
      tab.hidden = true
      const waited = seen(tab, stop.signal)
      tab.dispatchEvent(new Event("visibilitychange"))
      assert.lengthOf(getEventListeners(tab, "visibilitychange"), 1, "it is still hidden")
      tab.hidden = false
      end()
      await waited
      assert.lengthOf(getEventListeners(tab, "visibilitychange"), 0)
      assert.lengthOf(getEventListeners(stop.signal, "abort"), 0)
    }
  })
})
