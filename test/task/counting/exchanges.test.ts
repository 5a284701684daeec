/** Counting examples of questions as files word them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import * as Rows from "../../../src/pipeline/Rows.ts"
import { exchanges } from "../../../src/task/counting/index.ts"
import { spool } from "../../../src/testing.ts"

const asked = (id: string, question: string, answer: string) =>
  ({ id, image: { path: `${id}.png`, width: 480, height: 320 }, question, answer })

type Asked = ReturnType<typeof asked> & { readonly task?: string }

const source = (examples: ReadonlyArray<Asked>) =>
  Stage.define({
    kind: "data",
    name: "clevr",
    module: import.meta.url,
    config: Schema.Struct({}),
    run: () => ({ name: "clevr", categories: [], examples: Rows.of(examples), skipped: 0 })
  })({})

const run = (examples: ReadonlyArray<Asked>) =>
  Effect.gen(function*() {
    const { examples: found } = yield* exchanges(source(examples)).run(undefined)
    return yield* Rows.toArray(found)
  }).pipe(Effect.provide(spool))

describe("Task.counting.exchanges", () => {
  it.effect("reads the label out of the question, and the count out of the answer", () =>
    Effect.gen(function*() {
      const found = yield* run([
        asked("a", "How many different items are there in the image?", "4"),
        asked("b", "how many red cars are there?", "0")
      ])
      assert.deepStrictEqual(found.map(({ count, id, label }) => [id, label, count]), [["a", "different items", 4], ["b", "red cars", 0]])
    }))

  it.effect("leaves out what asks something else, and answers that are no whole number", () =>
    Effect.gen(function*() {
      const found = yield* run([
        asked("a", "What is left of the car?", "4"),
        asked("b", "How many cars are there in the image?", "some"),
        asked("c", "How many cars are there in the image?", "-1"),
        asked("d", "How many cars are there in the image?", "2"),
        { ...asked("e", "How many cars are there in the image?", "2"), task: "detection" }
      ])
      assert.deepStrictEqual(found.map(({ id }) => id), ["d"])
    }))

  it.effect("fails where no question asks how many, naming the data set", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run([asked("a", "Where?", "4")]))
      assert.match(error.message, /No image of "clevr" holds a question of how many/)
    }))
})
