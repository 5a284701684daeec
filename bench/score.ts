/** Completions that `assay score` judges a second on one core: typical three-box answers, as JSON lines in and out. */
import * as Random from "../src/pipeline/Random.ts"
import { rewardNamed, scoreRow, toJson } from "../src/reward/scoreRows.ts"
import type { Variant } from "../src/task/variant.ts"
import * as Measure from "./support/measure.ts"

const target = 50_000

/** What `assay score` computes when nothing else is asked for. */
const names = ["ap", "ap50", "odLength", "weightedSum", "repetition", "format"]

/** Three boxes with labels, thought about first; no two answers alike. */
export const answer = (next: () => number): string => {
  const integer = (below: number): number => Math.floor(next() * below)
  const box = () => {
    const [x, y] = [integer(400), integer(400)]
    const label = ["cat", "dog", "red car"][integer(3)]!
    return JSON.stringify({ bbox_2d: [x, y, x + 20 + integer(200), y + 20 + integer(200)], label })
  }
  const boxes = [box(), box(), box()].join(",\n")
  return `<think>I look for the objects.</think>\n<answer>\n\`\`\`json\n[\n${boxes}\n]\n\`\`\`\n</answer>`
}

export const score: Measure.Part = async (settings) => {
  const next = Random.stream(Random.key(1))
  const lines = Array.from({ length: settings.smoke ? 200 : 20_000 }, () =>
    JSON.stringify({ completion: answer(next), solution: answer(next) }))
  const rate = async (variant: Variant, chosen: ReadonlyArray<string>) => {
    const rewards = chosen.map((name) => rewardNamed(name, variant))
    const measured = await Measure.rounds(settings, `score, ${variant} ${chosen.length}`, async () => {
      const taken = await Measure.seconds(() => lines.forEach((line, index) => toJson(scoreRow(line, index, rewards))))
      return Math.round(lines.length / taken)
    })
    return Measure.summary(measured)
  }
  const rowsPerSecond = { fixed: await rate("fixed", names), faithful: await rate("faithful", names) }
  return {
    rows: lines.length,
    rewards: names,
    target,
    rowsPerSecond,
    rowsPerSecondOfStudysRewards: await rate("fixed", ["weightedSum", "format"]),
    met: Object.values(rowsPerSecond).every(({ median }) => median >= target)
  }
}
