import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Random from "../../src/pipeline/Random.ts"
import * as Reward from "../../src/reward/index.ts"
import { greedy } from "../../src/task/detection/greedyMatching.ts"

const variants = ["faithful", "fixed"] as const
const rewards = variants.flatMap((variant) => [
  Reward.ap({ variant }),
  Reward.ap50({ variant }),
  Reward.odLength({ variant }),
  Reward.weightedSum({ variant }),
  Reward.cosine({ variant }),
  Reward.repetition({ variant }),
  Reward.format({ variant }),
  Reward.overlap({ variant }),
  Reward.regionAccuracy({ variant }),
  Reward.countingAccuracy({ variant })
]).concat([
  Reward.meanIou(),
  Reward.hungarian(),
  Reward.dynamicIou(),
  Reward.progressiveIou(),
  Reward.precisionRecall(),
  Reward.duplicates(),
  Reward.countError()
])

const box = "{\"bbox_2d\": [10, 10, 90, 90], \"label\": \"cat\"}"
const fenced = (json: string) => `<think>t</think><answer>\`\`\`json\n${json}\n\`\`\`</answer>`
const solution = fenced(`[${box}, {"bbox_2d": [12, 10, 95, 90], "label": "dog"}]`)

/** Far more than a slow machine needs for a megabyte, far less than anything worse than linear would take. */
const patience = 5000

/** Every reward gives a finite number in [-1, 1] before long, and the box parser gives finite boxes. */
const survives = (completion: string): void => {
  const start = performance.now()
  for (const reward of rewards) {
    const { parts, total } = reward.score({ completion, solution, tokens: completion.length })
    assert.isTrue(total >= -1 && total <= 1, `${reward.name} gave ${total}`)
    assert.strictEqual(parts.length, 1)
  }
  for (const said of Reward.boxes(completion)) {
    assert.isTrue([said.box.x1, said.box.y1, said.box.x2, said.box.y2].every(Number.isFinite))
  }
  assert.isBelow(performance.now() - start, patience, "too slow")
}

describe("no completion crashes or hangs a reward", () => {
  it.prop("arbitrary text", [Schema.String], ([text]) => survives(text), { arbitrary: { runs: 300 } })

  it.prop("arbitrary JSON in an answer", [Schema.Json], ([value]) => survives(fenced(JSON.stringify(value))), {
    arbitrary: { runs: 300 }
  })

  it("a valid completion with pieces cut, doubled, swapped and overwritten", () => {
    const pieces = ["```", "```json", "<answer>", "</answer>", "<think>", "{", "}", "[", "]", "\"", "\\", "NaN",
      "1e400", "-0", "null", "None", "\n", "\u0000", "\ud800", ",", ":", "é"]
    for (let round = 0; round < 1000; round++) {
      const next = Random.stream(Random.fold(Random.key(7), round))
      const integer = (below: number) => Math.floor(next() * below)
      let text = solution
      for (let change = integer(6); change >= 0; change--) {
        const [from, to] = [integer(text.length), integer(text.length)].sort((a, b) => a - b)
        const middle = [pieces[integer(pieces.length)]!, "", text.slice(from, to).repeat(2)][integer(3)]!
        text = text.slice(0, from) + middle + text.slice(to!)
      }
      survives(text)
    }
  })

  it("a valid completion cut off at any character", () => {
    for (let end = 0; end < solution.length; end++) survives(solution.slice(0, end))
  })

  it.each([
    ["1e400", "[1e400, -1e400, 1e400, 1]"],
    ["-0", "[-0, -0, -0, -0]"],
    ["NaN", "[NaN, NaN, Infinity, -Infinity]"],
    ["400 digits", `[0, 0, ${"9".repeat(400)}, 5]`],
    ["largest numbers", "[-1.7e308, -1.7e308, 1.7e308, 1.7e308]"],
    ["smallest numbers", "[0, 0, 5e-324, 5e-324]"],
    ["turned inside out", "[90, 90, 10, 10]"],
    ["strings", "[\"10\", \"10\", \"90\", \"90\"]"],
    ["too few", "[10, 10]"]
  ])("coordinates: %s", (_, corners) => {
    survives(fenced(`[{"bbox_2d": ${corners}, "label": "cat"}, ${box}]`))
  })

  it.each([["[", "]"], ["{\"bbox_2d\":", "}"], ["[{\"label\":", "}]"]])("100,000 levels of %s", (open, close) => {
    const depth = 100_000
    survives(fenced(open.repeat(depth)))
    survives(fenced(open.repeat(depth) + "1" + close.repeat(depth)))
    survives(fenced(`[{"bbox_2d": ${open.repeat(depth)}1${close.repeat(depth)}, "label": "cat"}]`))
  })

  it.each([
    ["<answer>"],
    ["</think> "],
    ["```json"],
    ["```json```"],
    ["[ "],
    ["[{\"bbox_2d\""],
    ["[{\"bbox_2d\" \"label\" } "],
    ["\n"],
    [" \n\r"],
    ["."],
    ["\\"],
    ["\""],
    ["'"],
    ["a "],
    ["<think></think><answer>"],
    [`${box}, `]
  ])("a megabyte of %j", (piece) => {
    const text = piece.repeat(2 ** 20 / piece.length)
    survives(text)
    const part = text.slice(0, 2 ** 17)
    survives(`<think>${part}</think><answer>${part}</answer>`)
    survives(fenced(`[${part}`))
    survives(fenced(`[${part.slice(0, -2)}]`))
  })

  it("a property called __proto__ is a property", () => {
    survives(fenced("[{\"__proto__\": {\"bbox_2d\": [0, 0, 1, 1], \"label\": \"cat\"}"))
    assert.deepStrictEqual(Reward.boxes("[{\"__proto__\": {\"bbox_2d\": [0, 0, 1, 1], \"label\": \"x\"}}"), [])
  })
})

describe("greedy matching", () => {
  it("takes what the definition takes: again and again the best pair left, ties by prediction, then truth", () => {
    for (let round = 0; round < 300; round++) {
      const next = Random.stream(Random.fold(Random.key(3), round))
      const [predictions, truths] = [Math.floor(next() * 8), Math.floor(next() * 6)]
      // Few distinct values, so that ties are the rule.
      const row = () => Array.from({ length: truths }, () => Math.floor(next() * 5) / 4)
      const ious = Array.from({ length: predictions }, row)
      const expected: Array<readonly [number, number, number]> = []
      const pairs = ious.flatMap((row, p) => row.map((iou, t) => [p, t, iou] as const))
      for (const pair of pairs.filter(([, , iou]) => iou >= 0.5).sort((a, b) => b[2] - a[2])) {
        if (expected.every(([p, t]) => p !== pair[0] && t !== pair[1])) expected.push(pair)
      }
      const found = greedy(predictions, truths, 0.5, (p, t) => ious[p]![t]!)
      assert.deepStrictEqual(found.map(({ iou, predicted, truth }) => [predicted, truth, iou] as const), expected)
    }
  })

  it("matches 10,000 boxes with 1,000 before long, all of them equal or none", () => {
    const start = performance.now()
    assert.strictEqual(greedy(10_000, 1000, 0.5, () => 1).length, 1000)
    assert.strictEqual(greedy(10_000, 1000, 0.5, () => 0).length, 0)
    assert.isBelow(performance.now() - start, patience)
  })
})
