/** The sums that are stored beside completions, for views to read, made again from the completions. */
import type * as Effect from "effect/Effect"
import { isCounted } from "../../pipeline/run/counted.ts"
import { mean } from "../../pipeline/statistics.ts"
import type * as Store from "../../store/index.ts"
import type { Tally } from "./tally.ts"

type Sums = ReturnType<typeof summing>
type Stored = Effect.Success<ReturnType<typeof Store.recordedSums>>

/** Completions of this many tokens are counted apart, as in the published study. */
const long = 3000

/** Adds up the completions of a stage, place by place. */
export const summing = () => {
  const rewards = new Map<string, { n: number; values: Array<number>; errors: number }>()
  const tokens = new Map<string, Array<number>>()
  return {
    rewards,
    tokens,
    add: ({ scope, step }: Pick<Store.Place, "scope" | "step">, samples: ReadonlyArray<Store.RecordedSample>): void => {
      for (const sample of samples) {
        for (const { error, part, value } of sample.rewards) {
          const key = JSON.stringify([scope, step, part])
          const sum = rewards.get(key) ?? { n: 0, values: [], errors: 0 }
          rewards.set(key, sum)
          sum.n++
          if (value !== null) sum.values.push(value)
          if (error !== null) sum.errors++
        }
      }
      const counts = tokens.get(scope) ?? []
      tokens.set(scope, counts)
      for (const sample of samples) if (isCounted(sample)) counts.push(sample.tokenCount)
    }
  }
}

/** Compares the stored sums with those of the completions. */
export const compareSums = ({ compare }: Tally, place: string, stored: Stored, made: Pick<Sums, "rewards" | "tokens">): void => {
  for (const { errors, mean: average, n, part, scope, step } of stored.rewards) {
    const at = () => `${place}${scope === "" ? "" : `, ${scope}`}, step ${step}, part ${part} of the reward`
    const sum = made.rewards.get(JSON.stringify([scope, step, part]))
    compare(() => `${at()}, n`, n, sum?.n)
    compare(() => `${at()}, mean`, average, sum === undefined ? undefined : mean(sum.values))
    compare(() => `${at()}, errors`, errors, sum?.errors)
  }
  for (const row of stored.tokens) {
    const all = made.tokens.get(row.scope) ?? []
    const short = all.filter((count) => count < long)
    const sums = {
      n: short.length,
      min: short.reduce((least, count) => Math.min(least, count), Infinity),
      max: short.reduce((most, count) => Math.max(most, count), -Infinity),
      total: short.reduce((sum, count) => sum + count, 0),
      long: all.length - short.length
    }
    for (const [name, value] of Object.entries(sums)) {
      compare(() => `${place}${row.scope === "" ? "" : `, ${row.scope}`}, ${name} of tokens`, row[name as keyof typeof sums], value)
    }
  }
}
