import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mentionsImage, textsIn } from "../../src/model/message.ts"
import * as Rows from "../../src/pipeline/Rows.ts"
import { Sampler } from "../../src/policy/sampler.ts"
import * as Prompt from "../../src/prompt/index.ts"
import type { Dataset } from "../../src/task/dataset.ts"
import { detection } from "../../src/task/detection/detection.ts"
import type { Example } from "../../src/task/detection/index.ts"
import { spool } from "../../src/testing.ts"
import { questionOf } from "../../src/task/prompt.ts"
import { example } from "./support.ts"

const unused = () => Effect.die("a prompt only asks for the input size")

/** A policy that sees images at half their size. */
const halving = Sampler.of({
  inputSize: ({ height, width }) => Effect.succeed({ width: width / 2, height: height / 2 }),
  render: unused,
  sample: unused
})

const dataset = (...examples: ReadonlyArray<Example>): Dataset<Example> => ({
  name: "toys",
  categories: ["a", "b"],
  examples: Rows.of(examples),
  skipped: 0
})

const run = (data: Dataset<Example>, template: Prompt.TemplateConfig = Prompt.enhanced) =>
  Prompt.template(template).run(data).pipe(Effect.provideService(Sampler, halving), Effect.provide(spool))

describe("Prompt.template", () => {
  it.effect("asks about every example with a label, at the size that the policy sees", () =>
    Effect.gen(function*() {
      const { rows, task, template } = yield* run(dataset(
        example([["a", 20, 20, 40, 40]], ["b"]),
        example([]),
        { ...example([["b", 0, 0, 10, 10]]), id: "18", image: { path: "18.png", width: 40, height: 20 } }
      ))
      const prompts = yield* Rows.toArray(rows)
      assert.strictEqual(task, "detection")
      assert.deepStrictEqual(template, { ...Prompt.enhanced, question: detection.wording, space: "resized", image: "shown" })
      assert.deepStrictEqual(prompts.map(({ id, input }) => ({ id, input })), [
        { id: "17", input: { width: 100, height: 50 } },
        { id: "18", input: { width: 20, height: 10 } }
      ])
      assert.deepStrictEqual([...prompts[0]!.asked as ReadonlyArray<string>].sort(), ["a", "b"])
      assert.deepStrictEqual(prompts[0]!.truth, [{ label: "a", box: { space: "resized", x1: 10, y1: 10, x2: 20, y2: 20 } }])
    }))

  it.effect("hides the picture where that is wanted, and asks in the same words", () =>
    Effect.gen(function*() {
      const asked = (image: "shown" | "hidden") =>
        Effect.gen(function*() {
          const { rows } = yield* run(dataset(example([["a", 20, 20, 40, 40]])), { ...Prompt.system, image })
          const [prompt] = yield* Rows.toArray(rows)
          return { ...prompt!, ...questionOf(prompt!) }
        })
      const [hidden, shown] = [yield* asked("hidden"), yield* asked("shown")]
      assert.deepStrictEqual([hidden.images, shown.images], [[], [hidden.image.path]])
      assert.deepStrictEqual(textsIn(hidden.messages), textsIn(shown.messages))
      assert.deepStrictEqual(hidden.messages.some(mentionsImage), false)
      assert.deepStrictEqual(hidden.truth, shown.truth)
    }))

  it.effect("fails, naming the data set, when there is nothing to ask", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run(dataset(example([]))))
      assert.strictEqual(error._tag, "DataError")
      assert.include(error.message, "toys")
    }))

  it("holds the whole template as config, and refuses a question without its labels", () => {
    assert.deepStrictEqual(Prompt.template(Prompt.standard).config, {
      ...Prompt.standard,
      question: detection.wording,
      space: "resized",
      image: "shown"
    })
    assert.throws(() => Prompt.template({ ...Prompt.standard, question: "What is this?" }), /question/)
  })
})
