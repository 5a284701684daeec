/** Keeps a group of nearly equal rewards from having its differences blown up. The study's value. */
const stabiliser = 1e-4

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * (reward - mean) / (sd + 1e-4) within a group, with the unbiased sd; all 0 for a group of one or of equal rewards.
 *
 * Source: Shao et al., arXiv 2402.03300, section 4.1.2.
 */
export const grpo = (rewards: ReadonlyArray<number>): Array<number> => {
  // The mean of equal numbers may be off by a rounding error, which would be taken for a difference.
  if (isFlat(rewards)) return rewards.map(() => 0)
  const center = mean(rewards)
  const variance = rewards.reduce((sum, reward) => sum + (reward - center) ** 2, 0) / Math.max(1, rewards.length - 1)
  return rewards.map((reward) => (reward - center) / (Math.sqrt(variance) + stabiliser))
}

/** True when every completion of a group earned the same, so that the group teaches nothing. */
export const isFlat = (rewards: ReadonlyArray<number>): boolean => rewards.every((reward) => reward === rewards[0])
