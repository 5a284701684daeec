/** How referring asks, reads, rewards and measures. */
import { assert, describe, it } from "@effect/vitest"
import * as Prompt from "../../../src/prompt/index.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import { box, type Example, overlap } from "../../../src/task/referring/index.ts"
import { referring } from "../../../src/task/referring/referring.ts"

const example: Example = {
  id: "7",
  image: { path: "7.png", width: 200, height: 100 },
  expression: "the $& leftmost cat",
  box: { space: "original", x1: 20, y1: 10, x2: 60, y2: 50 }
}

const half = { width: 100, height: 50 }
const prompt = Prompt.make(referring, Prompt.standard, example, example.expression, half)
const none = { name: "none", categories: [], examples: undefined as never, skipped: 0 }

const measuredBy = (variant: "faithful" | "fixed") => (...texts: ReadonlyArray<string>) =>
  Object.fromEntries(referring.evaluation.measure(
    texts.map((text) => ({
      example,
      prompt,
      said: { text, tokenCount: 1, finishReason: "stop" as const },
      answer: referring.read(text, prompt)
    })),
    none,
    { variant }
  ))

const measured = measuredBy("fixed")

describe("a referring prompt", () => {
  it("asks for the expression and answers with its box as the model sees it", () => {
    assert.include(JSON.stringify(prompt.messages), "this sentence describes: the $& leftmost cat.")
    assert.deepStrictEqual(prompt.truth, { space: "resized", x1: 10, y1: 5, x2: 30, y2: 25 })
    assert.strictEqual(
      prompt.solution,
      "<think>I look for the $& leftmost cat.</think><answer>```json\n{\"bbox_2d\": [10, 5, 30, 25]}\n```</answer>"
    )
    assert.deepStrictEqual(referring.read(prompt.solution, prompt), prompt.truth)
    assert.deepInclude(prompt, { task: "referring", asked: example.expression })
  })
})

it("fills every mark of a wording, and none that an expression looks like", () => {
  assert.strictEqual(referring.fill("{expression}! Where is {expression}?", "a {expression}"), "a {expression}! Where is a {expression}?")
})

describe("an answer", () => {
  it("is the first four numbers in brackets, of the last answer where there is one", () => {
    const read = (text: string) => {
      const found = box(text, "thousand")
      return found && [found.space, found.x1, found.y1, found.x2, found.y2]
    }
    assert.deepStrictEqual(read("[1, 2, 3] and [ 4,5.5 ,-6, 7 ], [8, 9, 10, 11]"), ["thousand", 4, 5.5, -6, 7])
    assert.deepStrictEqual(read("[1, 2, 3, 4]<answer>[5, 6, 7, 8]</answer>"), ["thousand", 5, 6, 7, 8])
    assert.deepStrictEqual(read("<think>near [1, 2, 3, 4]</think><answer>[5, 6.1234567890123, 7, 8]}"), ["thousand", 5, 6.1234567890123, 7, 8])
    for (const text of ["", "None", "[1, 2, 3, x]", "1, 2, 3, 4", "[1e9, 2, 3, 4]"]) assert.isUndefined(read(text), text)
  })

  it("however hostile, is read at once and never throws", () => {
    const next = Random.stream(Random.key(4))
    const signs = "[],.-0123456789 {}\"<answer></answer>\n"
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: 200 }, () => signs[Math.floor(next() * signs.length)]).join("")
      const found = box(text, "resized")
      if (found !== undefined) assert.isTrue([found.x1, found.y1, found.x2, found.y2].every(Number.isFinite))
    }
    for (const text of ["[".repeat(500_000), "[1,".repeat(300_000), `[${"1".repeat(1_000_000)}`, `[1, ${" ".repeat(500_000)}`]) {
      assert.isUndefined(box(text, "resized"))
    }
  })
})

describe("accuracy", () => {
  const answer = (...corners: ReadonlyArray<number>) => `<answer>[${corners.join(", ")}]</answer>`

  it("counts boxes with an IoU above one half, in pixels of the image file; one half itself is not enough", () => {
    assert.deepStrictEqual(measured(answer(10, 5, 30, 25)), { accuracy: 100, meanIoU: 1 })
    assert.deepStrictEqual(measured(answer(10, 5, 20, 25)), { accuracy: 0, meanIoU: 0.5 })
    assert.strictEqual(measured(answer(10, 5, 20.1, 25))["accuracy"], 100)
    assert.deepStrictEqual(measured("no idea"), { accuracy: 0, meanIoU: 0 })
    assert.deepStrictEqual(measured(answer(10, 5, 30, 25), "no idea"), { accuracy: 50, meanIoU: 0.5 })
  })

  it("faithful reads the first answer's whole numbers, and sees no overlap of one pixel, as the published evaluation does", () => {
    const faithful = measuredBy("faithful")
    assert.deepStrictEqual(faithful(answer(10, 5, 30, 25)), { accuracy: 100, meanIoU: 1 })
    assert.deepStrictEqual(faithful(answer(10, 5, 20, 25)), { accuracy: 0, meanIoU: 0.5 })
    const twice = `${answer(10, 5, 30, 25)}${answer(0, 0, 1, 1)}`
    assert.deepStrictEqual([measured(twice)["accuracy"], faithful(twice)["accuracy"]], [0, 100])
    for (const text of ["[10, 5, 30, 25]", answer(10, 5, 20.1, 25)]) {
      assert.deepStrictEqual([measured(text)["accuracy"], faithful(text)["accuracy"]], [100, 0], text)
    }
    // the box begins at 20 pixels of the image file; this one ends at 21
    const thousand = { ...prompt, space: "thousand" as const }
    const text = "<answer>[0, 100, 105, 500]</answer>"
    const said = { text, tokenCount: 1, finishReason: "stop" as const }
    const one = [{ example, prompt: thousand, said, answer: referring.read(text, thousand) }]
    const ious = (["fixed", "faithful"] as const).map((variant) => referring.evaluation.measure(one, none, { variant })[1]![1])
    assert.deepStrictEqual([ious[0]! > 0, ious[1]], [true, 0])
  })

  it("keeps both boxes with the sample, by the expression", () => {
    const kept = referring.evaluation.keeps!({
      example,
      prompt,
      said: { text: "", tokenCount: 0, finishReason: "stop" },
      answer: referring.read(answer(10, 5, 30, 25), prompt)
    })
    const corners = { label: example.expression, space: "original", x1: 20, y1: 10, x2: 60, y2: 50 }
    assert.deepStrictEqual(kept["box"], [{ role: "true", ...corners }, { role: "predicted", ...corners }])
  })
})

describe("the reward overlap", () => {
  it("is the IoU with the solution's box; without a box nothing, and without a truth an error", () => {
    const reward = overlap()
    const score = (completion: string, solution = prompt.solution) => reward.score({ completion, solution })
    assert.strictEqual(score(prompt.solution).total, 1)
    assert.strictEqual(score("[10, 5, 20, 25]").total, 0.5)
    assert.strictEqual(score("None").total, 0)
    assert.match(score("[1, 2, 3, 4]", "None").parts[0]!.error!, /no box can be read from the solution/)
    const faithful = (completion: string) => overlap({ variant: "faithful" }).score({ completion, solution: prompt.solution }).total
    assert.strictEqual(faithful(prompt.solution), 1)
    assert.strictEqual(faithful("[10, 5, 30, 25]"), 0, "it stands in no answer")
    assert.deepStrictEqual([score("<answer>[0, 5, 11, 25]</answer>").total > 0, faithful("<answer>[0, 5, 11, 25]</answer>")], [true, 0])
  })
})
