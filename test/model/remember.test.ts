import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { remember } from "../../src/model/remember.ts"

/** Loads texts of ten bytes and says which; there is room for two of them with their names. */
const loading = () => {
  const loaded: Array<string> = []
  const of = remember((name) => Effect.as(Effect.yieldNow, "x".repeat(10)).pipe(Effect.tap(() => Effect.sync(() => loaded.push(name)))), (text: string) => text.length, 24)
  return { loaded, of }
}

describe("what was loaded", () => {
  it.effect("is kept while there is room, the latest longest", () =>
    Effect.gen(function*() {
      const { loaded, of } = loading()
      for (const name of ["a", "b", "a", "c", "b", "a"]) yield* of(name)
      assert.deepStrictEqual(loaded, ["a", "b", "c", "a"])
    }))

  it.effect("takes its room once, however many load it at a time", () =>
    Effect.gen(function*() {
      const { loaded, of } = loading()
      for (let i = 0; i < 3; i++) yield* Effect.forEach(["a", "a", "a", "a"], of, { concurrency: "unbounded" })
      yield* of("b")
      yield* of("a")
      assert.deepStrictEqual(loaded, ["a", "a", "a", "a", "b"])
    }))
})
