import type { Score } from "../task/reward.ts"

/** Arithmetic mean; NaN of nothing. */
export const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Unbiased standard deviation; 0 of fewer than two values. */
export const deviation = (values: ReadonlyArray<number>): number => {
  if (values.length < 2) return 0
  const center = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1))
}

/** The numbers that a step of scoring is remembered by: mean and spread of the reward, mean of each part, errors. */
export const metrics = (scores: ReadonlyArray<Score>): ReadonlyArray<readonly [name: string, value: number]> => {
  const totals = scores.map(({ total }) => total)
  const names = scores[0]?.parts.map(({ part }) => part) ?? []
  const partMean = (index: number): number => mean(scores.map(({ parts }) => parts[index]!.value))
  const errors = scores.filter(({ parts }) => parts.some(({ error }) => error !== undefined)).length
  const format = names.indexOf("format")
  return [
    ["reward", mean(totals)],
    ["rewardSd", deviation(totals)],
    ...names.map((name, index) => [`reward/${name}`, partMean(index)] as const),
    ...(format < 0 ? [] : [["formatRate", partMean(format)] as const]),
    ["rewardErrors", errors]
  ]
}
