import { assert, describe, it } from "@effect/vitest"
import * as Prompt from "../../../src/prompt/index.ts"
import { detection } from "../../../src/task/detection/detection.ts"
import { trainingLabels } from "../../../src/task/detection/index.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import { example } from "../../prompt/support.ts"

const half = { width: 100, height: 50 }
const scene = example([
  ["blue star", 100, 40, 120, 60],
  ["red circle", 50, 11, 71, 30],
  ["blue star", 10, 60, 30, 80],
  ["blue star", 10, 20, 30, 40],
  ["red circle", 0, 0, 200, 100, true]
])

const text = (prompt: Prompt.Prompt) => JSON.stringify(prompt.messages)

describe("a wording", () => {
  it("has every mark filled, and none that a label looks like", () => {
    const wording = "Find {labels}. Only [{labels}], I said {labels}."
    assert.strictEqual(detection.fill(wording, ["a cat", "{labels}"]), "Find a cat; {labels}. Only ['a cat', '{labels}'], I said a cat; {labels}.")
  })
})

describe("Prompt.make", () => {
  it("answers by label as asked, then from left to right, then from top to bottom", () => {
    const prompt = Prompt.make(detection, Prompt.standard, scene, ["red circle", "blue star", "red star"], half)
    assert.strictEqual(
      prompt.solution,
      "<think>I see red circle: 1, blue star: 3, red star: 0.</think><answer>```json\n" +
        "[{\"bbox_2d\": [25, 6, 36, 15], \"label\": \"red circle\"}, {\"bbox_2d\": [5, 10, 15, 20], \"label\": \"blue star\"}, " +
        "{\"bbox_2d\": [5, 30, 15, 40], \"label\": \"blue star\"}, {\"bbox_2d\": [50, 20, 60, 30], \"label\": \"blue star\"}]\n" +
        "```</answer>"
    )
    assert.deepStrictEqual(prompt.truth[0], { label: "red circle", box: { space: "resized", x1: 25, y1: 6, x2: 36, y2: 15 } })
    assert.deepStrictEqual([prompt.id, prompt.image, prompt.input], ["17", scene.image, half])
  })

  it("answers None when nothing that is asked for is there", () => {
    const prompt = Prompt.make(detection, Prompt.standard, scene, ["red star"], half)
    assert.strictEqual(prompt.solution, "<think>I see red star: 0.</think><answer>None</answer>")
    assert.deepStrictEqual(prompt.truth, [])
  })

  it("keeps true boxes whole pixels inside the model's image, at least one pixel wide and high", () => {
    const next = Random.stream(Random.key(9))
    for (let i = 0; i < 500; i++) {
      const [x1, y1] = [next() * 199.9, next() * 99.9]
      const one = example([["a", x1, y1, x1 + next() * (200 - x1), y1 + next() * (100 - y1)]])
      const input = { width: 28 * (1 + Math.floor(next() * 9)), height: 28 * (1 + Math.floor(next() * 9)) }
      const { box } = Prompt.make(detection, Prompt.standard, one, ["a"], input).truth[0]!
      assert.isTrue([box.x1, box.y1, box.x2, box.y2].every(Number.isInteger))
      assert.isTrue(box.x1 >= 0 && box.x1 < box.x2 && box.x2 <= input.width)
      assert.isTrue(box.y1 >= 0 && box.y1 < box.y2 && box.y2 <= input.height)
    }
  })

  it("speaks in thousandths of width and height when the template says so, as Qwen3-VL does", () => {
    const thousand = { ...Prompt.standard, space: "thousand" } as const
    const one = example([["a", 20, 20, 40, 41], ["b", 199.9, 99.9, 200, 100]])
    const { solution, truth } = Prompt.make(detection, thousand, one, ["a", "b"], half)
    assert.deepStrictEqual(truth.map(({ box }) => box), [
      { space: "thousand", x1: 100, y1: 200, x2: 200, y2: 410 },
      { space: "thousand", x1: 999, y1: 999, x2: 1000, y2: 1000 }
    ])
    assert.include(solution, "[100, 200, 200, 410]")
    const { truth: elsewhere } = Prompt.make(detection, thousand, one, ["a", "b"], { width: 28, height: 280 })
    assert.deepStrictEqual(elsewhere, truth)
  })

  it("writes solutions that are JSON whatever the label", () => {
    const label = "a \"quoted\"\n\\ label </answer>"
    const { solution } = Prompt.make(detection, Prompt.standard, example([[label, 0, 0, 10, 10]]), [label], half)
    const json = solution.match(/```json\n(.*)\n```/)![1]!
    assert.deepStrictEqual(JSON.parse(json), [{ bbox_2d: [0, 0, 5, 5], label }])
  })
})

describe("templates", () => {
  const ask = (template: Prompt.TemplateConfig) => Prompt.make(detection, template, scene, ["red circle", "blue star"], half).messages
  const question =
    "Please carefully check the image and detect the following objects: ['red circle', 'blue star']. Output the bbox coordinates " +
    "of detected objects in <answer></answer>. The bbox coordinates in Markdown format should be: \n```json\n[{\"bbox_2d\": " +
    "[x1, y1, x2, y2], \"label\": \"object name\"}]\n```\nIf no targets are detected in the image, simply respond with \"None\"."
  const image = { type: "image" } as const

  it("standard: the question, then the short request", () => {
    const request = "Output the thinking process in <think> </think> and final answer in <answer> </answer> tags."
    assert.deepStrictEqual(ask(Prompt.standard), [
      { role: "user", content: [image, { type: "text", text: `${question} ${request}` }] }
    ])
  })

  it("enhanced: the long request, then the question; system: the request as system prompt", () => {
    const request = Prompt.enhanced.request
    assert.match(request, /^First thinks about .* answer here <\/answer>$/)
    assert.deepStrictEqual(ask(Prompt.enhanced), [
      { role: "user", content: [image, { type: "text", text: `${request}\n${question}` }] }
    ])
    assert.deepStrictEqual(ask(Prompt.system), [
      { role: "system", content: request },
      { role: "user", content: [image, { type: "text", text: question }] }
    ])
  })

  it("missingSpace and fixedSpace differ by one space", () => {
    const missing = JSON.stringify(ask(Prompt.missingSpace))
    const fixed = JSON.stringify(ask(Prompt.fixedSpace))
    assert.include(missing, "targets: red circle; blue star.Output each")
    assert.include(fixed, "targets: red circle; blue star. Output each")
    assert.strictEqual(fixed.replace("star. Output", "star.Output"), missing)
  })

  it("quotes labels as Python does, and takes them literally", () => {
    const quoted = (label: string) => text(Prompt.make(detection, Prompt.standard, scene, [label], half))
    assert.include(quoted("plain"), "['plain']")
    assert.include(quoted("it's"), JSON.stringify("[\"it's\"]").slice(1, -1))
    assert.include(quoted("$& and $1"), "['$& and $1']")
  })
})

describe("trainingLabels", () => {
  it("asks for positives and negatives in an order that is fixed by the id and gives nothing away", () => {
    const firstIsPositive = Array.from({ length: 1000 }, (_, i) => {
      const one = { ...example([["there", 0, 0, 9, 9]], ["absent"]), id: String(i) }
      assert.deepStrictEqual(trainingLabels(one), trainingLabels(one))
      assert.deepStrictEqual([...trainingLabels(one)].sort(), ["absent", "there"])
      return trainingLabels(one)[0] === "there"
    })
    assert.approximately(firstIsPositive.filter(Boolean).length, 500, 60)
  })
})
