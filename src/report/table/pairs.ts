/** Values of two rows paired by seed, as the views of runs.db pair them. */
import type { Final } from "../../store/index.ts"

/** By execution, or pair of executions; null where nothing finite was measured, undefined where it is not known. */
export type Values = ReadonlyMap<string, number | null | undefined>

/** Values that differ by rounding alone do not differ. */
const difference = (first: number, second: number): number =>
  Math.abs(first - second) <= 1e-12 * Math.max(Math.abs(first), Math.abs(second)) ? 0 : first - second

/** First minus second of every seed that both have; runs that share both executions are one pair. */
export const pairsOf = (finals: ReadonlyArray<Final>, others: ReadonlyArray<Final>): Values => {
  const bySeed = new Map(others.map((other) => [other.seed, other]))
  return new Map(finals.flatMap((one) => {
    const other = bySeed.get(one.seed)
    if (other === undefined) return []
    const unknown = one.value === undefined || other.value === undefined
    const value = unknown ? undefined : one.value === null || other.value === null ? null : difference(one.value!, other.value!)
    return [[`${one.stage} ${other.stage}`, value] as const]
  }))
}

export const finite = (values: Values): ReadonlyArray<number> =>
  [...values.values()].filter((value): value is number => typeof value === "number" && Number.isFinite(value))
