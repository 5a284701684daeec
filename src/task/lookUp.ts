/** What rewards have to know before they judge: found out for many samples at once. */
import * as Effect from "effect/Effect"
import { type Node, partsOf } from "../pipeline/declare/Node.ts"
import { reasonOf } from "../pipeline/reason.ts"
import { type Image, load } from "../vision/Image.ts"
import type { Lookup, Outcome, Reward, Scorable } from "./reward.ts"

/** Things that are looked up at a time. */
const concurrency = 8

/** A reward and all that it holds, as far as they look something up. */
const seekers = (node: Node): ReadonlyArray<Reward> => {
  const own = "looksUp" in node && node.looksUp !== undefined ? [node as Reward] : []
  return [...own, ...partsOf(node).flatMap(seekers)]
}

/** Whether any of them has to look something up. */
export const looksUp = (rewards: ReadonlyArray<Reward>): boolean => rewards.some((reward) => seekers(reward).length > 0)

const wanted = ({ looksUp }: Reward, sample: Scorable): Lookup<unknown> | { readonly error: string } => {
  try {
    return looksUp!.of(sample)
  } catch (cause) {
    return { error: reasonOf(cause) }
  }
}

/** What one reward has to know of each sample, everything found once. */
const outcomes = (reward: Reward, samples: ReadonlyArray<Scorable>): Effect.Effect<ReadonlyArray<Outcome>> =>
  Effect.gen(function*() {
    const lookups = samples.map((sample) => wanted(reward, sample))
    const finds = new Map(lookups.flatMap((lookup) => "error" in lookup ? [] : [[lookup.key, lookup.find] as const]))
    const found = new Map<string, Outcome>()
    yield* Effect.forEach(finds, ([key, find]) =>
      find.pipe(
        Effect.map((found): Outcome => ({ found })),
        Effect.catch((error) => Effect.succeed<Outcome>({ error: reasonOf(error) })),
        Effect.catchDefect((defect) => Effect.succeed<Outcome>({ error: reasonOf(defect) })),
        Effect.map((outcome) => found.set(key, outcome))
      ), { concurrency, discard: true })
    return lookups.map((lookup) => "error" in lookup ? lookup : found.get(lookup.key)!)
  })

/**
 * The samples with everything that these rewards, and the rewards in them, have to know of them. What cannot be found out is
 * an error of the samples concerned, which `score` then records. Costs nothing where no reward looks anything up.
 */
export const lookUp = (
  rewards: ReadonlyArray<Reward>,
  samples: ReadonlyArray<Scorable>
): Effect.Effect<ReadonlyArray<Scorable>> =>
  Effect.gen(function*() {
    const all = rewards.flatMap(seekers)
    if (all.length === 0) return samples
    const found = yield* Effect.forEach(all, (reward) => outcomes(reward, samples))
    return samples.map((sample, i) => ({
      ...sample,
      lookups: new Map(all.map((reward, r) => [reward.looksUp!.mark, found[r]![i]!]))
    }))
  })

/**
 * For a reward that looks at the picture: `looksUp: Reward.pixels`, and `sample.found` is its pixels as stored, RGB, row by row.
 * Throws for a sample without an image.
 */
export const pixels = (_config: unknown, { image }: Scorable): Lookup<Image> => {
  if (image === undefined) throw new Error("the reward looks at the picture, and the sample names none, in `image`")
  return { key: image, find: load(image) }
}
