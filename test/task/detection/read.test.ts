import { assert, describe, it } from "@effect/vitest"
import { boxes } from "../../../src/task/detection/read.ts"
import { repair } from "../../../src/task/repair.ts"
import type { LabeledBox } from "../../../src/vision/Box.ts"

const said = (label: string, x1: number, y1: number, x2: number, y2: number): LabeledBox<"resized"> => ({
  label,
  box: { space: "resized", x1, y1, x2, y2 }
})
const cat = "{\"bbox_2d\": [1, 2, 3, 4], \"label\": \"cat\"}"

describe("boxes of a completion", () => {
  it.each([
    ["a fenced list in an answer", `<think>t</think><answer>\`\`\`json\n[${cat}]\n\`\`\`</answer>`],
    ["the last of two answers", `<answer>None</answer> <answer>\`\`\`json\n[${cat}]\n\`\`\`</answer>`],
    ["no tags", `\`\`\`json\n[${cat}]\n\`\`\``],
    ["a fence of no language", `<answer>\`\`\`\n[${cat}]\n\`\`\`</answer>`],
    ["no fence", `<answer>The boxes are [${cat}].</answer>`],
    ["one object", `<answer>\`\`\`json\n${cat}\n\`\`\`</answer>`],
    ["cut off before the end", `<think>t</think><answer>\`\`\`json\n[${cat}, {"bbox_2d": [5, 6`],
    ["cut off, behind thoughts with lists in them", `<think>['cat', 'dog'] at [1, 2]: \`\`\`x\`\`\`</think><answer>\`\`\`json\n[${cat}, {"bbox_2d": [5, 6`],
    ["cut off behind its thoughts alone", `<think>['cat']</think>[${cat}, {"bbox_2d": [5, 6`],
    ["a list in a list", `<answer>[[${cat}]]</answer>`],
    ["two lists side by side", `<answer>\`\`\`json\n[${cat}]\n[{"bbox_2d": [5], "label": "dog"}]\n\`\`\`</answer>`],
    ["an item without numbers", `<answer>\`\`\`json\n[{"bbox_2d": "x", "label": "dog"}, ${cat}]\n\`\`\`</answer>`]
  ])("%s", (_, completion) => {
    assert.deepStrictEqual(boxes(completion), [said("cat", 1, 2, 3, 4)])
  })

  it("are none where the answer is None, or empty, or prose", () => {
    for (const completion of ["<answer>None</answer>", "", "<answer>```json\n[]\n```</answer>", "I see [two] cats."]) {
      assert.deepStrictEqual(boxes(completion), [])
    }
  })

  it("keep the order in which they were said", () => {
    const list = [[9, 9, 20, 20], [1, 1, 5, 5]].map((bbox_2d) => ({ bbox_2d, label: "a" }))
    assert.deepStrictEqual(boxes(JSON.stringify(list)), [said("a", 9, 9, 20, 20), said("a", 1, 1, 5, 5)])
  })
})

describe("repair", () => {
  const item = { bbox_2d: [1, 2, 3, 4], label: "cat" }

  it.each([
    ["a missing bracket", `[${cat}`, [item]],
    ["a missing brace", "[{\"bbox_2d\": [1, 2, 3, 4], \"label\": \"cat\"", [item]],
    ["a missing brace between objects", `[${cat.slice(0, -1)}, ${cat}]`, [item, item]],
    ["missing and doubled commas", `[${cat} ,, ${cat}]`, [item, item]],
    ["single quotes", "[{'bbox_2d': [1, 2, 3, 4], 'label': 'cat'}]", [item]],
    ["bare words", "[{bbox_2d: [1, 2, 3, 4], label: cat}]", [item]],
    ["objects without a list", `${cat}, ${cat}`, [item, item]],
    ["words of Python", "[None, True, False]", [null, true, false]],
    ["prose around it", `Here: [${cat}] as asked`, [item]],
    ["an escaped quote", "[\"a \\\" b\", \"c\"", ["a \" b", "c"]],
    ["a string that never ends", "[\"a", ["a"]],
    ["signs by their codes", "[\"caf\\u00e9\\r\\n\", \"\\u12", ["caf\u00e9\r\n", "u12"]]
  ])("%s", (_, broken, meant) => {
    assert.deepStrictEqual<unknown>(repair(broken), meant)
  })

  it("finds nothing in nothing", () => {
    assert.isUndefined(repair("no brackets here"))
  })
})
