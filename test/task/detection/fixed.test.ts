import { assert, describe, it } from "@effect/vitest"
import { partsOf } from "../../../src/pipeline/declare/Node.ts"
import * as Reward from "../../../src/reward/index.ts"

type Row = readonly [label: string, ...corners: ReadonlyArray<number>]

const say = (...boxes: ReadonlyArray<Row>) =>
  `<think>t</think><answer>\`\`\`json\n${
    JSON.stringify(boxes.map(([label, ...bbox_2d]) => ({ bbox_2d, label })))
  }\n\`\`\`</answer>`

const cat = say(["cat", 0, 0, 100, 100])
const fixed = Reward.weightedSum()
const faithful = Reward.weightedSum({ variant: "faithful" })

describe("weightedSum", () => {
  it("is fixed unless told otherwise, and says so in its config", () => {
    assert.deepStrictEqual(fixed.config, { variant: "fixed" })
  })

  it("gives a lone box with the wrong label nothing; the published code gives it 0.3", () => {
    const sample = { completion: say(["dog", 0, 0, 100, 100]), solution: cat }
    assert.strictEqual(fixed.score(sample).total, 0)
    assert.approximately(faithful.score(sample).total, 0.3, 1e-12)
  })

  it("does not let a wrong label steal the true box from a right one", () => {
    const sample = { completion: say(["dog", 0, 0, 100, 100], ["cat", 0, 0, 90, 100]), solution: cat }
    assert.approximately(fixed.score(sample).total, 0.7 * 0.9 + 0.3 * (1 - 0.5 / 2), 1e-12)
    assert.approximately(faithful.score(sample).total, 0.3 * (1 - 0.5 / 2), 1e-12)
  })

  it("sees boxes that overlap by a pixel", () => {
    const sample = { completion: say(["cat", 0, 0, 1, 1]), solution: say(["cat", 0, 0, 1, 1]) }
    assert.approximately(fixed.score(sample).total, 1, 1e-12)
    assert.strictEqual(faithful.score(sample).total, 0)
  })

  it("compares labels as they are, which need not be texts; the published code knows texts alone", () => {
    const labelled = (label: unknown) => `<answer>\`\`\`json\n${JSON.stringify([{ bbox_2d: [0, 0, 100, 100], label }])}\n\`\`\`</answer>`
    for (const label of [7, 0, true, null]) {
      const solution = labelled(label)
      assert.approximately(fixed.score({ completion: solution, solution }).total, 1, 1e-12, String(label))
      assert.strictEqual(fixed.score({ completion: labelled(String(label)), solution }).total, 0, String(label))
      assert.match(faithful.score({ completion: solution, solution }).parts[0]!.error!, /no label/)
    }
  })

  it("faithfully lends a box without a label the label of the match before", () => {
    const items = [{ bbox_2d: [0, 0, 100, 100], label: "cat" }, { bbox_2d: [200, 200, 290, 300] }]
    const completion = `\`\`\`json\n${JSON.stringify(items)}\n\`\`\``
    const solution = say(["cat", 0, 0, 100, 100], ["cat", 200, 200, 300, 300])
    assert.approximately(faithful.score({ completion, solution }).total, 0.7 * 0.95 + 0.3, 1e-12)
    assert.approximately(fixed.score({ completion, solution }).total, 0.7 * 0.5 + 0.3 * 0.5, 1e-12)
  })
})

/** An answer without a fence. */
const bare = (...boxes: ReadonlyArray<Row>) => say(...boxes).replace("```json", "").replace("```", "")

describe("an answer without a fence", () => {
  const rewards = [Reward.ap(), Reward.ap50(), Reward.odLength(), fixed]
  const here = ["cat", 1, 2, 30, 40] as const
  const there = ["cat", 500, 500, 600, 600] as const

  it("earns what the same answer with one does", () => {
    for (const reward of rewards) {
      for (const completion of [say(here), bare(here)]) {
        for (const solution of [say(here), bare(here)]) {
          assert.approximately(reward.score({ completion, solution }).total, 1, 1e-12, reward.name)
        }
        for (const solution of [say(there), bare(there), "<answer>None</answer>", "None", "[]"]) {
          assert.strictEqual(reward.score({ completion, solution }).total, 0, `${reward.name} ${solution}`)
        }
      }
    }
  })

  it("is read whatever the order of its keys, and whatever is said around it", () => {
    const json = `[{"label": "a ] \\" }", "bbox_2d": [1, 2, 30, 40]}]`
    const solution = `<answer>\`\`\`json\n${json}\n\`\`\`</answer>`
    for (const completion of [`<answer>${json}</answer>`, `<answer>Here [it] is: ${json}. [{</answer>`]) {
      for (const reward of rewards) assert.approximately(reward.score({ completion, solution }).total, 1, 1e-12, reward.name)
    }
  })

  it("earns nothing when nothing can be read from it, also where there is nothing to find", () => {
    for (const completion of ["<answer>I do not know</answer>", "<answer>[{\"bbox_2d\": [1,</answer>", "<answer></answer>"]) {
      for (const solution of [say(here), "<answer>None</answer>", "[]"]) {
        for (const reward of rewards) assert.strictEqual(reward.score({ completion, solution }).total, 0, reward.name)
      }
    }
  })

  it("earns nothing either where its fence holds no list, also where there is nothing to find; the published code finds no boxes in most", () => {
    for (const json of ["null", "5", "true", "{}", "\"\"", "{\"bbox_2d\": [1, 2, 30, 40], \"label\": \"cat\"}"]) {
      const completion = `<answer>\`\`\`json\n${json}\n\`\`\`</answer>`
      for (const solution of [say(here), "<answer>None</answer>", "[]"]) {
        for (const reward of rewards) assert.strictEqual(reward.score({ completion, solution }).total, 0, `${reward.name} ${json} ${solution}`)
      }
    }
    const empty = { completion: "<answer>```json\nnull\n```</answer>", solution: "<answer>None</answer>" }
    assert.strictEqual(Reward.ap({ variant: "faithful" }).score(empty).total, 1)
  })

  it("says None with or without a dot, and in any case", () => {
    for (const completion of ["<answer>None</answer>", "<answer> none. </answer>"]) {
      for (const reward of rewards) {
        assert.strictEqual(reward.score({ completion, solution: "<answer>None</answer>" }).total, 1)
        assert.strictEqual(reward.score({ completion, solution: "[]" }).total, 1)
        assert.strictEqual(reward.score({ completion, solution: say(here) }).total, 0)
      }
    }
  })

  it("is no answer for the published code, which then finds no boxes on either side", () => {
    const sample = { completion: bare(here), solution: bare(there) }
    for (const reward of [Reward.ap, Reward.ap50, Reward.odLength, Reward.weightedSum]) {
      assert.strictEqual(reward({ variant: "faithful" }).score(sample).total, 1)
    }
  })
})

describe("a truth that cannot be read", () => {
  const truths = [
    "garbage",
    "",
    "<answer></answer>",
    "<answer>```json\n[{\"bbox_2d\": [1, 2, 3], \"label\": \"a\"}]\n```</answer>",
    "<answer>```json\nnot json\n```</answer>",
    "<answer>```json\n```</answer>",
    "[{\"bbox_2d\": [1, 2, 3, 4]}]"
  ]

  it("is an error, whatever the answer, and never 1", () => {
    for (const solution of truths) {
      for (const completion of [cat, "garbage", "<answer>None</answer>", solution]) {
        for (const reward of [Reward.ap(), Reward.ap50(), Reward.odLength(), fixed]) {
          const { parts, total } = reward.score({ completion, solution })
          assert.strictEqual(total, 0, `${reward.name} ${solution}`)
          assert.match(parts[0]!.error!, /a truth is None, or a JSON list of \{"bbox_2d"/)
        }
      }
    }
  })

  it("is an error of a reward that rests on one of these, too", () => {
    const [part] = Reward.cosine().score({ completion: cat, solution: "garbage", tokens: 3 }).parts
    assert.deepStrictEqual([part!.part, part!.value], ["cosine", 0])
    assert.match(part!.error!, /no boxes can be read from the solution/)
  })
})

describe("cosine", () => {
  const cosine = Reward.cosine()
  const wrong = say(["cat", 500, 500, 600, 600])

  it("falls from 1 to 0.5 for correct answers and rises from -0.5 to 0 for wrong ones", () => {
    const at = (completion: string, tokens: number) => cosine.score({ completion, solution: cat, tokens }).total
    assert.deepStrictEqual([at(cat, 0), at(cat, 512), at(cat, 1024)], [1, 0.75, 0.5])
    assert.deepStrictEqual([at(wrong, 0), at(wrong, 512), at(wrong, 1024)], [-0.5, -0.25, 0])
  })

  it("stays at its end beyond the maximum, where the published code rises again", () => {
    const sample = { completion: cat, solution: cat, tokens: 2048 }
    assert.strictEqual(cosine.score(sample).total, 0.5)
    assert.strictEqual(Reward.cosine({ variant: "faithful" }).score(sample).total, 1)
  })

  it("asks another accuracy when given one", () => {
    const always = Reward.cosine({}, Reward.weight(0, Reward.format()))
    assert.strictEqual(always.score({ completion: cat, solution: cat, tokens: 0 }).total, -0.5)
    assert.deepStrictEqual(partsOf(always).map(({ name }) => name), ["weight"])
  })

  it("has no margin over its length", () => {
    assert.throws(() => Reward.softOverlong({ maxLength: 100, margin: 200 }), /margin 200 is over maxLength 100; it is at most that/)
  })

  it("scores 0 and says why when nobody counted the tokens", () => {
    assert.deepStrictEqual(cosine.score({ completion: cat, solution: cat }), {
      total: 0,
      parts: [{ part: "cosine", value: 0, error: "cosine needs the completion's length in tokens, the field `tokens` of a row" }]
    })
  })
})

describe("softOverlong", () => {
  const reward = Reward.softOverlong({ maxLength: 100, margin: 20 })

  it("costs nothing up to the margin, then ever more, and 1 at the most", () => {
    const at = (tokens: number) => reward.score({ completion: cat, solution: cat, tokens }).total
    assert.deepStrictEqual([0, 80, 85, 90, 100, 5000].map(at), [0, 0, -0.25, -0.5, -1, -1])
  })

  it("scores 0 and says why when nobody counted the tokens", () => {
    assert.match(reward.score({ completion: cat, solution: cat }).parts[0]!.error!, /length in tokens/)
  })
})

describe("repetition", () => {
  it("counts the boxes of a list that was cut off; the published code counts its words", () => {
    const box = "{\"bbox_2d\": [1, 2, 3, 4], \"label\": \"cat\"}"
    const sample = { completion: `\`\`\`json\n[${box}, ${box}, {"bbox_2d": [1, 2\`\`\``, solution: "" }
    assert.strictEqual(Reward.repetition().score(sample).total, -0.5)
    assert.approximately(Reward.repetition({ variant: "faithful" }).score(sample).total, -3 / 13, 1e-12)
  })
})

describe("ap", () => {
  const bare = cat.replace("<think>t</think><answer>", "").replace("</answer>", "")

  it("reads a solution without tags, on which the published code throws", () => {
    const sample = { completion: cat, solution: bare }
    assert.approximately(Reward.ap().score(sample).total, 1, 1e-9)
    assert.match(Reward.ap({ variant: "faithful" }).score(sample).parts[0]!.error!, /<answer>/)
  })

  it("needs answer tags around the completion in both variants", () => {
    for (const variant of ["faithful", "fixed"] as const) {
      assert.strictEqual(Reward.ap({ variant }).score({ completion: bare, solution: cat }).total, 0)
    }
  })

  it("names the box of the solution that is none", () => {
    const solution = "<answer>```json\n[{\"label\": \"cat\"}]\n```</answer>"
    assert.match(Reward.ap().score({ completion: cat, solution }).parts[0]!.error!, /box 0/)
  })
})
