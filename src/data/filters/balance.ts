/** How much is asked about that is not there. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import * as Random from "../../pipeline/Random.ts"
import * as Rows from "../../pipeline/Rows.ts"
import type { Dataset } from "../../task/dataset.ts"
import type { Example } from "../../task/detection/example.ts"
import { asks } from "./boxCounts.ts"
import { remaining } from "./keep.ts"

/** Below 1: data without anything to find cannot be balanced. */
const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.99 }))

const config = Schema.Struct({
  /** Hard negatives an image at most, for each of its positives. */
  negatives: Schema.optionalKey(Config.NonNegative),
  /** Share of the examples at most that have no positives, whose answer is None. */
  empty: Schema.optionalKey(Share),
  seed: Config.withDefault(Config.Whole, 0)
})

const isEmpty = ({ positives }: Example): boolean => positives.length === 0

/** Some of the items, in their order, drawn by the key. */
const drawn = <A>(key: Random.Key, items: ReadonlyArray<A>, count: number): ReadonlyArray<A> => {
  if (count >= items.length) return items
  const kept = new Set(Random.permutation(key, items.length).slice(0, count))
  return items.filter((_, i) => kept.has(i))
}

/**
 * Balances what is there against what is not: at most so many hard `negatives` for each positive of an image, and at most this share
 * of `empty` examples in all, both drawn by `seed`. An image without positives keeps its negatives. What is left out of the config
 * stays as it is. Fails with `DataError` when none is left.
 */
export const balance = Stage.define({
  kind: "filter",
  name: "balance",
  module: import.meta.url,
  config,
  run: ({ empty = 1, negatives = Infinity, seed }, dataset: Dataset<Example>) =>
    Effect.gen(function*() {
      const key = Random.fold(Random.key(seed), "balance")
      let [full, empties] = [0, 0]
      yield* Stream.runForEach(dataset.examples.chunks, (some) =>
        Effect.sync(() => {
          const without = some.filter(isEmpty).length
          empties += without
          full += some.length - without
        }))
      const room = empty === 1 ? empties : Math.floor((full * empty) / (1 - empty) + 1e-9)
      const kept = room >= empties ? undefined : new Set(Random.permutation(Random.fold(key, "empty"), empties).slice(0, room))
      let place = 0
      const left = Rows.flatMap(dataset.examples, (some) =>
        some.flatMap((example) => {
          if (isEmpty(example)) return kept === undefined || kept.has(place++) ? [example] : []
          const wanted = Math.floor(negatives * example.positives.length)
          return [{ ...example, negatives: drawn(Random.fold(key, example.id), example.negatives, wanted) }]
        }).filter(asks))
      return yield* remaining(`balance({ negatives: ${negatives}, empty: ${empty} })`, dataset, left)
    })
})
