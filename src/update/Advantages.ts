/** Advantages: how much better a completion is than its group. */
import type { WeightedPart } from "../rollout/rollouts.ts"
import { isFlat, mean } from "../pipeline/statistics.ts"

/** Keeps a group of nearly equal rewards from having its differences blown up. The study's value. */
const stabiliser = 1e-4

/** What differences to the mean are divided by. */
export type Scale = "sd" | "none"

/**
 * How much better each reward is than its group's mean; all 0 for a group of one or of equal rewards.
 *
 * "sd": (reward - mean) / (sd + 1e-4) with the unbiased sd (Shao et al., arXiv 2402.03300, section 4.1.2). "none": reward -
 * mean, since dividing favours groups that are nearly all right or nearly all wrong (Liu et al., arXiv 2503.20783).
 */
export const ofGroup = (rewards: ReadonlyArray<number>, scale: Scale): Array<number> => {
  // The mean of equal numbers may be off by a rounding error, which would be taken for a difference.
  if (isFlat(rewards)) return rewards.map(() => 0)
  const center = mean(rewards)
  if (scale === "none") return rewards.map((reward) => reward - center)
  const variance = rewards.reduce((sum, reward) => sum + (reward - center) ** 2, 0) / Math.max(1, rewards.length - 1)
  return rewards.map((reward) => (reward - center) / (Math.sqrt(variance) + stabiliser))
}

/**
 * Advantages of each part by itself, added up with the parts' factors: so that a part with a small spread is not drowned by
 * one with a large spread. What a part does not concern has no advantage of it.
 *
 * Source: Liu et al., "GDPO", arXiv 2601.05242, without its last normalisation over the batch.
 */
export const ofParts = (
  group: ReadonlyArray<{ readonly [part: string]: WeightedPart }>,
  scale: Scale
): Array<number> => {
  const sums = group.map(() => 0)
  for (const name of new Set(group.flatMap((parts) => Object.keys(parts)))) {
    const having = group.flatMap((parts, i) => parts[name] === undefined ? [] : [{ i, ...parts[name] }])
    const advantages = ofGroup(having.map(({ value }) => value), scale)
    having.forEach(({ factor, i }, h) => (sums[i]! += factor * advantages[h]!))
  }
  return sums
}
