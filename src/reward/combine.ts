/** Rewards made of rewards: sums and weights. */
import * as Schema from "effect/Schema"
import * as Node from "../pipeline/declare/Node.ts"
import { compose, part, type Part, type Reward } from "../task/reward.ts"

/** The names with a number behind each that was there before: `ap`, `ap 2`, `ap 3`. */
const numbered = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const taken = new Set<string>()
  return names.map((name) => {
    let free = name
    for (let count = 2; taken.has(free); count++) free = `${name} ${count}`
    taken.add(free)
    return free
  })
}

const namesOf = (rewards: ReadonlyArray<Reward>): ReadonlyArray<string> => numbered(rewards.flatMap(({ partNames }) => partNames))

/** What the parts of each reward are called in the sum, by what they are called in it. */
const renamings = (rewards: ReadonlyArray<Reward>): ReadonlyArray<ReadonlyMap<string, string>> => {
  const names = namesOf(rewards)
  let first = 0
  return rewards.map(({ partNames }) => new Map(partNames.map((name) => [name, names[first++]!])))
}

const summed = compose({
  name: "sum",
  module: import.meta.url,
  config: Schema.Struct({}),
  parts: { rewards: Node.list(part) },
  partNames: ({ rewards }) => namesOf(rewards),
  score: (_, { rewards }) => {
    const called = renamings(rewards)
    return (sample) => {
      let total = 0
      const parts: Array<Part> = []
      for (const [i, reward] of rewards.entries()) {
        const score = reward.score(sample)
        total += score.total
        for (const part of score.parts) parts.push({ ...part, part: called[i]!.get(part.part) ?? part.part })
      }
      return { total, parts }
    }
  }
})

/** The sum of rewards, each with weight 1. Its parts are their parts; a name that comes twice gets a number. */
export const sum = (...rewards: ReadonlyArray<Reward>): Reward => summed({}, { rewards })

const weighted = compose({
  name: "weight",
  module: import.meta.url,
  config: Schema.Struct({ factor: Schema.Finite }),
  parts: { reward: part },
  partNames: ({ reward }) => reward.partNames,
  score: ({ factor }, { reward }) => (sample) => {
    const { parts, total } = reward.score(sample)
    return { total: factor * total, parts: parts.map((part) => ({ ...part, factor: factor * (part.factor ?? 1) })) }
  }
})

/** A reward times a factor. The values of its parts stay as they are, unweighted. */
export const weight = (factor: number, reward: Reward): Reward => weighted({ factor }, { reward })
