/** What scenes draw from a stream of random numbers in [0, 1). */

/** The next number of a stream, in [0, 1). */
export type Next = () => number

/** An integer in low..high, both included. */
export const integer = (next: Next, low: number, high: number): number => low + Math.floor(next() * (high - low + 1))

export const pick = <A>(next: Next, items: ReadonlyArray<A>): A => items[Math.floor(next() * items.length)]!

/** A place among weights, each as likely as its share of their sum, which is 1. */
export const weighted = (next: Next, weights: ReadonlyArray<number>): number => {
  let left = next()
  const index = weights.findIndex((weight) => (left -= weight) < 0)
  return index === -1 ? weights.length - 1 : index
}

export const shuffled = <A>(next: Next, items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.map((item) => ({ item, rank: next() })).sort((a, b) => a.rank - b.rank).map(({ item }) => item)
