/** The rewards of newer papers, by hand-computed answers and by what must hold for every answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Reward from "../../../src/reward/index.ts"

type Row = readonly [label: string, ...corners: ReadonlyArray<number>]

const say = (...boxes: ReadonlyArray<Row>) =>
  `<think>t</think><answer>\`\`\`json\n${
    JSON.stringify(boxes.map(([label, ...bbox_2d]) => ({ bbox_2d, label })))
  }\n\`\`\`</answer>`

const none = "<answer>None</answer>"
const cat = ["cat", 0, 0, 100, 100] as const
const dog = ["dog", 200, 0, 300, 100] as const
/** IoU with `cat`: 0.9, 0.8 and 0.6. */
const [cat90, cat80, cat60] = [["cat", 0, 0, 90, 100], ["cat", 0, 0, 80, 100], ["cat", 0, 0, 60, 100]] as const
const far = ["cat", 500, 500, 600, 600] as const

const total = (reward: Reward.Reward, said: string, truth: string, training?: Reward.Training) => {
  const { parts, total } = reward.score({ completion: said, solution: truth, training })
  assert.isUndefined(parts[0]!.error)
  return total
}

/** `[reward of answer to truth, expected]`, to 12 digits. */
const table = (reward: Reward.Reward, rows: ReadonlyArray<readonly [said: string, truth: string, expected: number]>) => {
  for (const [said, truth, expected] of rows) assert.approximately(total(reward, said, truth), expected, 1e-12, said)
}

describe("JSON that cannot be parsed", () => {
  const broken = "<answer>```json\n[{'bbox_2d': [1, 2, 30, 40], 'label': 'cat'}]\n```</answer>"
  it.each([
    ["ap", Reward.ap()],
    ["ap50", Reward.ap50()],
    ["odLength", Reward.odLength()],
    ["weightedSum", Reward.weightedSum()],
    ["meanIou", Reward.meanIou()],
    ["hungarian", Reward.hungarian()],
    ["precisionRecall", Reward.precisionRecall()],
    ["countError", Reward.countError()]
  ])("is no answer to %s, and so not the right one where nothing is there", (_, reward) => {
    assert.strictEqual(total(reward, broken, none), total(reward, "<answer>I see a cat.</answer>", none))
    assert.isBelow(total(reward, broken, none), total(reward, none, none))
  })
})

describe("meanIou: sum of IoU / the larger count", () => {
  it("by hand", () =>
    table(Reward.meanIou(), [
      [say(cat, dog), say(cat, dog), 1],
      [say(cat80), say(cat), 0.8],
      [say(cat80), say(cat, dog), 0.8 / 2],
      [say(cat80, far), say(cat), 0.8 / 2],
      [say(cat90, cat80), say(cat), 0.9 / 2],
      [say(["dog", 0, 0, 100, 100]), say(cat), 0]
    ]))

  it("leaves out pairs below its threshold", () => {
    table(Reward.meanIou({ threshold: 0.7 }), [[say(cat60, dog), say(cat, dog), 1 / 2], [say(cat80), say(cat), 0.8]])
  })
})

describe("hungarian: the matching with the largest sum", () => {
  /** Truths 0..100 and 50..150; a is nearer to the first, b meets only the first. */
  const truth = say(["cat", 0, 0, 100, 100], ["cat", 50, 0, 150, 100])
  const a = ["cat", 20, 0, 120, 100] as const // IoU 80/120 with the first, 70/130 with the second
  const b = ["cat", -55, 0, 45, 100] as const // IoU 45/155 with the first, none with the second

  it("gives up the best pair where that pays, and greedy matching does not", () => {
    assert.approximately(total(Reward.hungarian(), say(a, b), truth), (70 / 130 + 45 / 155) / 2, 1e-12)
    assert.approximately(total(Reward.meanIou(), say(a, b), truth), (80 / 120) / 2, 1e-12)
  })

  it("is never below the greedy one", () => {
    for (let round = 0; round < 300; round++) {
      const { said, truth } = drawn(round)
      assert.isAtLeast(total(Reward.hungarian(), said, truth), total(Reward.meanIou(), said, truth) - 1e-12)
    }
  })
})

describe("dynamicIou: only what is precise enough, and more so later", () => {
  it("by hand, at steps of three stages and outside of training", () => {
    const said = say(["cat", 0, 0, 96, 100], dog)
    const at = (step: number) => total(Reward.dynamicIou(), said, say(cat, dog), { step, steps: 100 })
    assert.approximately(at(0), 1.96 / 2, 1e-12)
    assert.approximately(at(24), 1.96 / 2, 1e-12)
    assert.strictEqual(at(25), 1 / 2)
    assert.strictEqual(total(Reward.dynamicIou(), said, say(cat, dog)), 1 / 2)
    assert.strictEqual(total(Reward.dynamicIou(), say(cat90), say(cat), { step: 9, steps: 100 }), 0.9)
    assert.strictEqual(total(Reward.dynamicIou(), say(cat90), say(cat), { step: 10, steps: 100 }), 0)
  })
})

describe("progressiveIou: recall and precise boxes by rules that grow stricter", () => {
  const early = { step: 4, steps: 10 }
  const late = { step: 5, steps: 10 }
  const of = (said: string, truth: string, training?: Reward.Training) => total(Reward.progressiveIou(), said, truth, training)

  it("by hand", () => {
    // Recall 1 of 2 is 0.5, which stays; precision (1 for IoU 0.8, which is full) / 1.
    assert.approximately(of(say(cat80), say(cat, dog), early), (0.5 + 1) / 2, 1e-12)
    // Later 0.5 is no recall any more, and 0.8 counts as itself.
    assert.approximately(of(say(cat80), say(cat, dog), late), 0.8 / 2, 1e-12)
    // IoU 0.6: valid as itself at first, later not.
    assert.approximately(of(say(cat60), say(cat), early), (1 + 0.6) / 2, 1e-12)
    assert.strictEqual(of(say(cat60), say(cat), late), 0)
    // A box too many costs precision alone.
    assert.approximately(of(say(cat, far), say(cat), early), (1 + 1 / 2) / 2, 1e-12)
  })

  it("outside of training is as strict as at the end", () => {
    assert.strictEqual(of(say(cat60), say(cat)), 0)
    assert.strictEqual(of(say(cat90), say(cat)), 1)
  })
})

describe("precisionRecall", () => {
  it("by hand", () => {
    table(Reward.precisionRecall(), [
      [say(cat60), say(cat), 1],
      [say(cat60), say(cat, dog), (1 / 2 + 1) / 2],
      [say(cat, far, far), say(cat), (1 + 1 / 3) / 2],
      [say(far), say(cat), 0]
    ])
    table(Reward.precisionRecall({ recallWeight: 0.8 }), [[say(cat, far), say(cat), 0.8 + 0.2 / 2], [say(cat), say(cat, dog), 0.8 / 2 + 0.2]])
  })

  it("matches as many as can be, not the best first", () => {
    const truth = say(["cat", 0, 0, 100, 100], ["cat", 30, 0, 130, 100])
    // The first box fits the first truth best, and is the only one that fits the second.
    assert.strictEqual(total(Reward.precisionRecall(), say(["cat", 10, 0, 110, 100], ["cat", -30, 0, 70, 100]), truth), 1)
  })
})

describe("duplicates: minus the share of boxes said again", () => {
  it("by hand", () =>
    table(Reward.duplicates(), [
      [say(cat, dog), say(cat), 0],
      [say(cat, cat), say(cat), -1 / 2],
      [say(cat, cat90, cat80, dog), say(cat), -2 / 4],
      [say(cat, cat60), say(cat), 0],
      [say(cat, ["dog", 0, 0, 100, 100]), say(cat), 0],
      [none, say(cat), 0],
      ["nothing at all", say(cat), 0]
    ]))

  it("are free where the truth has them, too", () => {
    assert.strictEqual(total(Reward.duplicates(), say(cat, cat90), say(cat, cat90)), 0)
    assert.approximately(total(Reward.duplicates(), say(cat, cat90, cat), say(cat, cat90)), -1 / 3, 1e-12)
  })

  it("are named by a threshold above 0", () => {
    assert.throws(() => Reward.duplicates({ threshold: 0 }), /threshold/)
  })
})

describe("countError: minus the relative error of the count", () => {
  it("by hand", () =>
    table(Reward.countError(), [
      [say(far), say(cat), 0],
      [say(cat, far), say(cat), -1 / 2],
      [say(cat), say(cat, dog, far), -2 / 3],
      [none, say(cat), -1],
      [none, none, 0],
      ["cat", say(cat), -1]
    ]))
})

const graded = {
  meanIou: Reward.meanIou(),
  hungarian: Reward.hungarian(),
  dynamicIou: Reward.dynamicIou(),
  progressiveIou: Reward.progressiveIou(),
  precisionRecall: Reward.precisionRecall()
}
const penalties = { duplicates: Reward.duplicates(), countError: Reward.countError() }
const all = Object.entries({ ...graded, ...penalties })

/** A drawn answer and truth of a few boxes near each other, with every kind of tie. */
const drawn = (round: number) => {
  const next = Random.stream(Random.fold(Random.key(9), round))
  const row = (): Row => {
    const [x, y] = [10 * Math.floor(next() * 4), 10 * Math.floor(next() * 3)]
    return [next() < 0.7 ? "cat" : "dog", x, y, x + 30 + 10 * Math.floor(next() * 3), y + 40]
  }
  const rows = () => Array.from({ length: 1 + Math.floor(next() * 5) }, row)
  const said = rows()
  const order = Random.permutation(Random.fold(Random.key(10), round), said.length)
  return { said: say(...said), shuffled: say(...order.map((i) => said[i]!)), truth: say(...rows()) }
}

describe.each(all)("%s", (name, reward) => {
  const best = name in graded ? 1 : 0
  const worst = best - 1

  it("stays within its range, and gives the true answer the most", () => {
    for (let round = 0; round < 300; round++) {
      const { said, truth } = drawn(round)
      const value = total(reward, said, truth)
      assert.isTrue(value >= worst && value <= best, `${value}`)
      assert.approximately(total(reward, truth, truth), best, 1e-12)
    }
  })

  it("does not look at the order of the boxes", () => {
    for (let round = 0; round < 300; round++) {
      const { said, shuffled, truth } = drawn(round)
      assert.strictEqual(total(reward, said, truth), total(reward, shuffled, truth), `${said} ${truth}`)
    }
  })

  it("gives the most to None where nothing is there, and not to boxes", () => {
    assert.strictEqual(total(reward, none, none), best)
    if (name !== "duplicates") assert.strictEqual(total(reward, say(cat), none), worst)
  })

  it("records an error, and gives its fallback, for a truth that nobody can read", () => {
    const { parts, total } = reward.score({ completion: say(cat), solution: "a cat, somewhere" })
    assert.strictEqual(total, 0)
    assert.match(parts[0]!.error!, /no boxes can be read/)
  })

  it.prop("gives a finite number for any JSON", [Schema.Json], ([value]) => {
    const completion = `<answer>\`\`\`json\n${JSON.stringify(value)}\n\`\`\`</answer>`
    const got = reward.score({ completion, solution: say(cat, dog) }).total
    assert.isTrue(got >= worst && got <= best, `${got}`)
  }, { arbitrary: { runs: 200 } })
})
