import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Reward from "../../../src/reward/index.ts"
import * as Iou from "../../../src/task/PublishedIou.ts"
import type { Corners } from "../../../src/task/RawBoxes.ts"
import * as Text from "../../../src/task/Text.ts"

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../golden/${name}`, import.meta.url), "utf8"))

const faithful = { variant: "faithful" } as const
const rewards = {
  ap: Reward.ap(faithful),
  ap50: Reward.ap50(faithful),
  odLength: Reward.odLength(faithful),
  weightedSum: Reward.weightedSum(faithful),
  repetition: Reward.repetition(faithful),
  format: Reward.format(faithful)
}
type Name = keyof typeof rewards

const names = Object.keys(rewards) as ReadonlyArray<Name>
const completions: ReadonlyArray<Reward.Scorable & { readonly [name in Name]: number }> = read("rewards.json")
const edges = read("edge-cases.json")

/** Agreement to 1e-9; where the published code throws, the fallback 0 and a message. */
const agrees = (score: Reward.Score, expected: number | { readonly error: string }, what: string): void => {
  if (typeof expected === "number") {
    assert.approximately(score.total, expected, 1e-9, what)
    assert.isUndefined(score.parts[0]!.error, what)
  } else {
    assert.strictEqual(score.total, 0, what)
    assert.isString(score.parts[0]!.error, what)
  }
}

describe("faithful rewards agree with the published code", () => {
  it.each(names)("%s on 200 completions", (name) => {
    assert.strictEqual(completions.length, 200)
    completions.forEach((row, i) => agrees(rewards[name].score(row), row[name], `${name} of completion ${i}`))
  })

  it.each(["weightedSum", "repetition"] as const)("%s in named cases", (name) => {
    for (const [what, row] of Object.entries<Reward.Scorable & { reward: number }>(edges[name])) {
      agrees(rewards[name].score({ ...row, solution: row.solution ?? "" }), row.reward, what)
    }
  })

  it("format in named cases", () => {
    for (const { completion, reward } of edges.format) {
      assert.strictEqual(rewards.format.score({ completion, solution: "" }).total, reward, completion)
    }
  })

  it.each(["ap", "ap50", "odLength"] as const)("%s in named cases", (name) => {
    const say = (boxes: unknown) => `<answer>\`\`\`json\n${JSON.stringify(boxes)}\n\`\`\`</answer>`
    for (const [what, row] of Object.entries<{ predicted: unknown; groundTruth: unknown } & typeof completions[0]>(
      edges.averagePrecision
    )) {
      const sample = { completion: say(row.predicted), solution: say(row.groundTruth) }
      agrees(rewards[name].score(sample), row[name], what)
    }
  })

  it("cosine by token count", () => {
    const cosine = Reward.cosine(faithful)
    for (const { reward, tokens } of edges.cosine) {
      agrees(cosine.score({ completion: "", solution: "", tokens }), reward, `${tokens} tokens`)
    }
  })

  it("IoU", () => {
    for (const { a, b, iou } of edges.iou as ReadonlyArray<{ a: Corners; b: Corners; iou: number }>) {
      assert.approximately(Iou.published(a, b), iou, 1e-9, `${a} and ${b}`)
    }
  })

  it("cleaning of text", () => {
    for (const { clean, text } of edges.cleanText) assert.strictEqual(Text.clean(text), clean, text)
  })
})
