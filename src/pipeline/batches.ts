/** Which rows a training step gets. */
import * as Random from "./Random.ts"

/**
 * Places of every step's rows among `size`: epoch after epoch, each in its own shuffled order, so that a step gets the
 * same rows whatever was done or resumed before it.
 */
export const batches = (key: Random.Key, size: number, batch: number): (step: number) => ReadonlyArray<number> => {
  // The order of an epoch takes a draw a row, so it is kept until a later one is asked for.
  let latest = { epoch: -1, order: [] as ReadonlyArray<number> }
  const order = (epoch: number): ReadonlyArray<number> => {
    if (latest.epoch !== epoch) latest = { epoch, order: Random.permutation(Random.fold(key, "epoch", epoch), size) }
    return latest.order
  }
  return (step) =>
    Array.from({ length: batch }, (_, i) => {
      const position = step * batch + i
      return order(Math.floor(position / size))[position % size]!
    })
}
