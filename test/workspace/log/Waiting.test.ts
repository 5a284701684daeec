import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Waiting from "../../../src/workspace/log/Waiting.ts"

it.effect("entries that cannot be written wait for the next time, in order, and are written once", () =>
  Effect.gen(function*() {
    const written: Array<ReadonlyArray<number>> = []
    let isBusy = true
    const { add, flush } = Waiting.make((entries: ReadonlyArray<number>) =>
      Effect.suspend(() => isBusy ? Effect.fail("busy") : Effect.sync(() => void written.push(entries))))
    add(1)
    add(2)
    yield* flush
    add(3)
    yield* flush
    assert.deepStrictEqual(written, [])
    isBusy = false
    yield* flush
    yield* flush
    assert.deepStrictEqual(written, [[1, 2, 3]])
  }))

it.effect("while nothing can be written, the newest stay, so that memory does not grow", () =>
  Effect.gen(function*() {
    let last: ReadonlyArray<number> = []
    let isFull = true
    const { add, flush } = Waiting.make((entries: ReadonlyArray<number>) => isFull ? Effect.fail("full") : Effect.sync(() => void (last = entries)))
    for (let i = 0; i < Waiting.most + 5; i++) add(i)
    yield* flush
    isFull = false
    yield* flush
    assert.deepStrictEqual([last.length, last[0], last.at(-1)], [Waiting.most, 5, Waiting.most + 4])
  }))
