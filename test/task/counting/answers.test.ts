/** How counting asks, reads, rewards and measures. */
import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Prompt from "../../../src/prompt/index.ts"
import { countingAccuracy } from "../../../src/task/counting/accuracy.ts"
import { counting } from "../../../src/task/counting/counting.ts"
import { type Example, number } from "../../../src/task/counting/index.ts"

const example: Example = { id: "7", image: { path: "7.png", width: 200, height: 100 }, label: "$& red star", count: 3 }
const prompt = Prompt.make(counting, Prompt.standard, example, example.label, { width: 100, height: 50 })
const none = { name: "none", categories: [], examples: undefined as never, skipped: 0 }

const measured = (...texts: ReadonlyArray<string>) =>
  Object.fromEntries(counting.evaluation.measure(
    texts.map((text) => ({
      example,
      prompt,
      said: { text, tokenCount: 1, finishReason: "stop" as const },
      answer: counting.read(text, prompt)
    })),
    none,
    {}
  ))

describe("a counting prompt", () => {
  it("asks how many there are, and answers with the number", () => {
    assert.include(JSON.stringify(prompt.messages), "How many $& red star are there in the image?")
    assert.deepInclude(prompt, {
      task: "counting",
      asked: "$& red star",
      truth: 3,
      solution: "<think>I see $& red star: 3.</think><answer>3</answer>"
    })
    assert.strictEqual(counting.read(prompt.solution, prompt), 3)
  })
})

it("fills every mark of a wording, and none that a label looks like", () => {
  assert.strictEqual(counting.fill("{label}? How many {label}?", "a {label}"), "a {label}? How many a {label}?")
})

describe("an answer", () => {
  it.each([
    ["<answer>4</answer>", 4],
    ["<answer>\n    4\n    </answer>", 4],
    ["<answer>4.</answer>", 4],
    ["<answer>about 4 or 5</answer>", 4],
    ["<think>2</think><answer>1</answer><answer>3</answer>", 3],
    ["7", 7],
    ["<answer>-2</answer>", -2],
    ["<answer>0</answer>", 0],
    ["<answer>3.0</answer>", 3],
    ["<answer>cats-3</answer>", 3],
    ["<think>2 red and 3 blue</think>\n<answer>5", 5],
    ["In this 3D scene there are 5", 5],
    ["<answer>the 2nd row of x4 has 6</answer>", 6],
    ["<answer>**5** stars, see \\boxed{7}</answer>", 5],
    ["<think>2 red and 3 blue</think> 5", 5],
    ["There are __4__ cats", 4],
    ["_4_", 4],
    ["***_-4_***", -4],
    ["cats_-3", 3],
    ["le 2ème rang en a 6, pas é7", 6],
    ["второй ряд Б3 имеет 6", 6],
    ["图中有3只猫", 3],
    ["고양이 3마리", 3],
    ["มี3ตัว", 3]
  ])("%j is the first whole number of the last answer: %d", (text, wanted) => assert.strictEqual(number(text), wanted))

  it.each(["", "<answer>four</answer>", "<think>3</think><answer>none</answer>", "<answer>3.5</answer>", "<answer>1234567890</answer>", "<answer>1,234</answer>", "{\"bbox_2d\": []}", "3D", "bbox__2", "a_2_b", "4_000", "3º", "größe3"])(
    "%j holds none",
    (text) => assert.isUndefined(number(text))
  )

  it("however hostile, is read at once and never throws", () => {
    const next = Random.stream(Random.key(4))
    const signs = "0123456789.-_, é<answer></answer>\n"
    for (let i = 0; i < 2000; i++) {
      const found = number(Array.from({ length: 200 }, () => signs[Math.floor(next() * signs.length)]).join(""))
      assert.isTrue(found === undefined || Number.isSafeInteger(found))
    }
    for (const piece of ["9", "1.", "-", "_", "_1", "a_", "1_", "<answer>", "<answer>\n", "0.0"]) {
      const text = piece.repeat(2 ** 20 / piece.length)
      number(text)
      countingAccuracy({ variant: "faithful" }).score({ completion: text, solution: prompt.solution })
    }
  })
})

describe("a measurement", () => {
  it("is the share of true numbers, and the mean error of those that were said", () => {
    assert.deepStrictEqual(measured("<answer>3</answer>"), { accuracy: 100, meanAbsoluteError: 0, answered: 1 })
    assert.deepStrictEqual(measured("<answer>3</answer>", "<answer>5</answer>", "<answer>2</answer>", "many"), {
      accuracy: 25,
      meanAbsoluteError: 1,
      answered: 0.75
    })
    assert.deepStrictEqual(measured("many"), { accuracy: 0, answered: 0 })
  })
})

describe("the reward countingAccuracy", () => {
  const score = (variant: "faithful" | "fixed", completion: string, solution = prompt.solution) =>
    countingAccuracy({ variant }).score({ completion, solution })

  it("is 1 for the solution's number and 0 for anything else", () => {
    for (const variant of ["faithful", "fixed"] as const) {
      assert.strictEqual(score(variant, "<think>3</think>\n<answer> 3 </answer>").total, 1)
      for (const text of ["<answer>4</answer>", "<answer>three</answer>", "", "<answer>33</answer>"]) {
        assert.strictEqual(score(variant, text).total, 0, text)
      }
      for (const text of ["many", "{\"bbox_2d\": []}"]) {
        assert.match(score(variant, "many", text).parts[0]!.error!, /the solution holds no whole number/)
      }
    }
  })

  it("faithful takes digits alone, of the first answer that holds them, as the published evaluation does", () => {
    for (const text of ["<answer>3.</answer>", "<answer>3 stars</answer>", "3"]) {
      assert.deepStrictEqual([score("fixed", text).total, score("faithful", text).total], [1, 0], text)
    }
    const twice = "<answer>3</answer><answer>4</answer>"
    assert.deepStrictEqual([score("fixed", twice).total, score("faithful", twice).total], [0, 1])
  })
})
