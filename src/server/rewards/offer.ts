/** The rewards that a server offers, and the one that a request chooses. */
import { near } from "../../pipeline/near.ts"
import { sum } from "../../reward/combine.ts"
import { names as shipped, rewardNamed } from "../../reward/scoreRows.ts"
import type { Reward } from "../../task/reward.ts"
import type { Variant } from "../../task/variant.ts"
import { HttpError } from "../http/answers.ts"

export interface Offer {
  /** Names of the rewards of requests that name none. */
  readonly usual: ReadonlyArray<string>
  /** Every reward by its name. */
  readonly rewards: ReadonlyMap<string, (variant: Variant) => Reward>
}

const remembered = (make: (variant: Variant) => Reward): ((variant: Variant) => Reward) => {
  const made = new Map<Variant, Reward>()
  return (variant) => {
    const reward = made.get(variant) ?? make(variant)
    made.set(variant, reward)
    return reward
  }
}

/** All shipped rewards, and one's own by their names, which have no variants and come before shipped ones of the same name. */
export const offer = (own: ReadonlyMap<string, Reward>, usual: ReadonlyArray<string>): Offer => ({
  usual,
  rewards: new Map([
    ...shipped.map((name) => [name, remembered((variant) => rewardNamed(name, variant))] as const),
    ...[...own].map(([name, reward]) => [name, () => reward] as const)
  ])
})

const bad = (message: string): HttpError => new HttpError({ status: 400, message })

const variantOf = (word: string | null): Variant => {
  if (word === null || word === "fixed" || word === "faithful") return word ?? "fixed"
  throw bad(`variant is fixed or faithful, not "${word}"`)
}

/** Choices that are remembered: trainers ask by the same words each time. */
const most = 100

/**
 * Makes the reader of `?rewards=weightedSum,format&variant=faithful`, which gives the sum of what is named. It throws `HttpError`
 * where there is no such reward.
 */
export const chooser = ({ rewards, usual }: Offer): ((query: URLSearchParams) => Reward) => {
  const one = (name: string, variant: Variant): Reward => {
    const reward = rewards.get(name)
    if (reward !== undefined) return reward(variant)
    const known = [...rewards.keys()]
    const close = near(name, known)
    throw bad(`there is no reward "${name}". ${close.length > 0 ? `Did you mean ${close.join(" or ")}?` : `There are ${known.join(", ")}.`}`)
  }
  const made = new Map<string, Reward>()
  return (query) => {
    const variant = variantOf(query.get("variant"))
    const named = (query.get("rewards") ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "")
    const names = named.length === 0 ? usual : named
    const key = [variant, ...names].join(",")
    const reward = made.get(key) ?? sum(...names.map((name) => one(name, variant)))
    if (made.size >= most) made.clear()
    made.set(key, reward)
    return reward
  }
}
