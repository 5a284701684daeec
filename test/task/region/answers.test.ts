/** How a region is asked about, read, rewarded and measured. */
import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Prompt from "../../../src/prompt/index.ts"
import { regionAccuracy } from "../../../src/task/region/accuracy.ts"
import { chosen, type Example } from "../../../src/task/region/index.ts"
import { region } from "../../../src/task/region/region.ts"

const example: Example = {
  id: "7",
  image: { path: "7.png", width: 200, height: 100 },
  box: { space: "original", x1: 20, y1: 10, x2: 60, y2: 50 },
  label: "cat",
  options: ["dog's bed", "cat", "{box}"]
}

const half = { width: 100, height: 50 }
const asked = region.trains(example)!
const prompt = Prompt.make(region, Prompt.standard, example, asked, half)
const none = { name: "none", categories: [], examples: undefined as never, skipped: 0 }

const answered = (text: string) => ({
  example,
  prompt,
  said: { text, tokenCount: 1, finishReason: "stop" as const },
  answer: region.read(text, prompt)
})
const accuracy = (...texts: ReadonlyArray<string>) =>
  Object.fromEntries(region.evaluation.measure(texts.map(answered), none, {}))["accuracy"]

describe("a region prompt", () => {
  it("asks about the box as the model sees it, with the options in their order", () => {
    const question = JSON.stringify(prompt.messages)
    assert.include(question, "in the box [10, 5, 30, 25] from the following options: [\\\"dog's bed\\\", 'cat', '{box}'].")
    assert.deepStrictEqual(prompt.asked, { box: { space: "resized", x1: 10, y1: 5, x2: 30, y2: 25 }, options: example.options })
    assert.deepInclude(prompt, { task: "region", truth: "cat", solution: "<think>I see cat.</think><answer>cat</answer>" })
    assert.strictEqual(region.read(prompt.solution, prompt), "cat")
  })

  it("speaks thousandths where the template does", () => {
    const { asked: said } = Prompt.make(region, { ...Prompt.standard, space: "thousand" }, example, asked, half)
    assert.deepStrictEqual(said.box, { space: "thousand", x1: 100, y1: 100, x2: 300, y2: 500 })
  })

  it("needs both of its marks in a wording", () => {
    const worded = (question: string) => () => Prompt.template({ ...Prompt.standard, question }, region)
    assert.throws(worded("What is in {box}?"), /must hold \{options\}/)
    assert.throws(worded("Which of {options}?"), /must hold \{box\}/)
    assert.doesNotThrow(worded("Which of {options} is in {box}?"))
  })
})

describe("an answer", () => {
  it("is the option that it is equal to, whatever the case and the white space around it", () => {
    for (const text of ["<answer>cat</answer>", "<answer> CAT\n</answer>", "cat", "<answer>dog</answer><answer>Cat</answer>"]) {
      assert.strictEqual(chosen(text, ["dog", "cat"]), "cat", text)
    }
  })

  it("is none where it says no option, more than one, or anything besides", () => {
    for (const text of ["", "<answer></answer>", "cat, dog", "<answer>cat dog</answer>", "<answer>a cat</answer>", "<answer>cat.</answer>"]) {
      assert.isUndefined(chosen(text, ["dog", "cat"]), text)
    }
  })

  it("however hostile, is read at once and never throws", () => {
    const next = Random.stream(Random.key(4))
    const pieces = ["<answer>", "</answer>", "cat", "dog", " ", "\n", "\ud800", "İ", "<think>"]
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: 40 }, () => pieces[Math.floor(next() * pieces.length)]).join("")
      const found = chosen(text, ["dog", "cat"])
      assert.isTrue(found === undefined || ["dog", "cat"].includes(found))
    }
    for (const piece of ["<answer>", "cat", " ", "</answer><answer>"]) assert.isUndefined(chosen(piece.repeat(200_000), ["dog", "cat"]))
  })
})

describe("accuracy", () => {
  it("counts the true label alone as right", () => {
    assert.strictEqual(accuracy("<answer>Cat</answer>"), 100)
    assert.strictEqual(accuracy("<answer>dog's bed</answer>"), 0)
    assert.strictEqual(accuracy("<answer>cat</answer>", "no idea", "cat, dog's bed", "cat"), 50)
  })

  it("keeps the box with the true label, and with the one that was said", () => {
    const box = { space: "original", x1: 20, y1: 10, x2: 60, y2: 50 }
    const kept = (text: string) => region.evaluation.keeps!(answered(text))["box"]
    assert.deepStrictEqual(kept("dog's bed"), [{ role: "true", label: "cat", ...box }, { role: "predicted", label: "dog's bed", ...box }])
    assert.deepStrictEqual(kept("no idea"), [{ role: "true", label: "cat", ...box }])
  })
})

describe.each(["faithful", "fixed"] as const)("the reward regionAccuracy, %s", (variant) => {
  const score = (completion: string, solution = prompt.solution) => regionAccuracy({ variant }).score({ completion, solution })

  it("is 1 for the label of the solution and 0 for anything else", () => {
    assert.strictEqual(score("<think>it purrs</think><answer>CAT </answer>").total, 1)
    assert.strictEqual(score("cat", "cat").total, 1)
    for (const text of ["<answer>dog</answer>", "<answer>cat dog</answer>", "<answer></answer>", "", "<think>dog</think><answer>do"]) {
      assert.strictEqual(score(text).total, 0, text)
    }
  })

  it("reads what the evaluation reads", () => {
    for (const text of ["<think>it purrs</think> cat", "<think>a dog? no</think>\n<answer>cat"]) {
      assert.strictEqual(region.read(text, prompt), "cat", text)
      assert.strictEqual(score(text).total, 1, text)
    }
  })

  it("does not take nothing for the truth", () => {
    assert.match(score("<answer></answer>", "<answer> </answer>").parts[0]!.error!, /the solution holds no label/)
  })
})
