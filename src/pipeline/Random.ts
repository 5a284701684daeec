/**
 * Counter-based randomness: a key names a stream, and folding data into a key names another.
 *
 * Nothing is drawn from shared state, so batch size, concurrency and resume never change what a sample sees.
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011), Threefry-2x32 with 20 rounds.
 */
export interface Key {
  readonly hi: number
  readonly lo: number
}

const rotations = [[13, 15, 26, 6], [17, 29, 16, 24]] as const

/** Threefry-2x32-20: encrypts the counter `(x0, x1)` under the key. All values are unsigned 32-bit integers. */
export const threefry = (key: Key, x0: number, x1: number): readonly [number, number] => {
  const ks = [key.hi, key.lo, (key.hi ^ key.lo ^ 0x1bd11bda) >>> 0]
  let a = (x0 + key.hi) >>> 0
  let b = (x1 + key.lo) >>> 0
  for (let group = 0; group < 5; group++) {
    for (const r of rotations[group % 2]!) {
      a = (a + b) >>> 0
      b = (((b << r) | (b >>> (32 - r))) ^ a) >>> 0
    }
    a = (a + ks[(group + 1) % 3]!) >>> 0
    b = (b + ks[(group + 2) % 3]! + group + 1) >>> 0
  }
  return [a, b]
}

/** The root key of a seed (a non-negative integer below 2^53). */
export const key = (seed: number): Key => ({ hi: Math.floor(seed / 2 ** 32) >>> 0, lo: seed >>> 0 })

/** A key that depends on `parent` and on every datum, in order. Strings and numbers never collide by type. */
export const fold = (parent: Key, ...data: ReadonlyArray<string | number>): Key => {
  let current = parent
  for (const datum of data) {
    if (typeof datum === "number") {
      const [hi, lo] = threefry(current, Math.floor(datum / 2 ** 32) >>> 0, datum >>> 0)
      current = { hi, lo }
    } else {
      const bytes = new TextEncoder().encode(datum)
      for (let i = 0; i < bytes.length; i += 4) {
        const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = bytes.subarray(i, i + 4)
        const word = (b0 | (b1 << 8) | (b2 << 16) | (b3 << 24)) >>> 0
        const [hi, lo] = threefry(current, word, 0x80000000)
        current = { hi, lo }
      }
      const [hi, lo] = threefry(current, bytes.length, 0xc0000000)
      current = { hi, lo }
    }
  }
  return current
}

/** The `index`-th uniform number of the key's stream, in [0, 1), with 53 random bits. */
export const uniformAt = (k: Key, index: number): number => {
  const [a, b] = threefry(k, Math.floor(index / 2 ** 32) >>> 0, index >>> 0)
  return ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992
}

/** The key's stream as a generator function of uniform numbers in [0, 1). */
export const stream = (k: Key): () => number => {
  let index = 0
  return () => uniformAt(k, index++)
}

/** Two independent standard normal numbers from a stream (Box and Muller). */
export const normalPair = (next: () => number): readonly [number, number] => {
  const radius = Math.sqrt(-2 * Math.log(1 - next()))
  const angle = 2 * Math.PI * next()
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

/** A shuffled copy of 0..n-1 (Fisher and Yates). */
export const permutation = (k: Key, n: number): Array<number> => {
  const next = stream(k)
  const order = Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
  return order
}
