import * as Schema from "effect/Schema"
import { compose } from "../task/reward.ts"
import type { Part, Reward } from "../task/reward.ts"

const summed = compose({
  name: "sum",
  module: import.meta.url,
  config: Schema.Struct({}),
  score: (_, rewards) => (sample) => {
    let total = 0
    const parts: Array<Part> = []
    for (const reward of rewards) {
      const score = reward.score(sample)
      total += score.total
      for (const part of score.parts) parts.push(named(part, parts))
    }
    return { total, parts }
  }
})

/** The same part with a number behind its name when that is taken: `ap`, `ap 2`, `ap 3`. */
const named = (part: Part, taken: ReadonlyArray<Part>): Part => {
  const isTaken = (name: string) => taken.some((other) => other.part === name)
  if (!isTaken(part.part)) return part
  let count = 2
  while (isTaken(`${part.part} ${count}`)) count++
  return { ...part, part: `${part.part} ${count}` }
}

/** The sum of rewards, each with weight 1. Its parts are their parts; a name that comes twice gets a number. */
export const sum = (...rewards: ReadonlyArray<Reward>): Reward => summed({}, rewards)

const weighted = compose({
  name: "weight",
  module: import.meta.url,
  config: Schema.Struct({ factor: Schema.Finite }),
  score: ({ factor }, rewards) => (sample) => {
    let total = 0
    const parts: Array<Part> = []
    for (const reward of rewards) {
      const score = reward.score(sample)
      total += factor * score.total
      for (const part of score.parts) parts.push({ ...part, factor: factor * (part.factor ?? 1) })
    }
    return { total, parts }
  }
})

/** A reward times a factor. The values of its parts stay as they are, unweighted. */
export const weight = (factor: number, reward: Reward): Reward => weighted({ factor }, [reward])
