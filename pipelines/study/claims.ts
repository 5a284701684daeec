/** What a published study says, as data: two places of a table and how they lie to each other. */
import type { Place } from "../../src/workspace.ts"

interface Said {
  /** Section of the findings. */
  readonly section: string
  /** In our own words. */
  readonly says: string
}

interface Claim extends Said {
  readonly first: Place
  readonly second: Place
  /** Whether the first was found above the second, or both alike. */
  readonly claim: "above" | "alike"
  /** Their figures in that order, or what stands in their place; undefined where none was published. */
  readonly published: readonly [number, number] | string | undefined
}

/** A comparison that one of our studies makes too. */
export interface Comparison extends Claim {
  readonly study: string
}

/** A statement that no study of ours can be held against. */
export interface Open extends Said {
  readonly why: string
}

type Pair = Pick<Claim, "first" | "second">

/** A study that is run for the page. */
export interface Study {
  readonly name: string
  /** Of the findings. */
  readonly section: string
  /** What the page says of it besides its results. */
  readonly note?: string
}

/** Two rows in one metric. */
export const rows = (first: string, second: string, metric: string): Pair => ({
  first: { row: first, metric },
  second: { row: second, metric }
})

/** One row in two metrics, such as those of an evaluation after the training and of one before it. */
export const within = (row: string, first: string, second: string): Pair => ({
  first: { row, metric: first },
  second: { row, metric: second }
})

/** The first of the two was found above the second. */
export const above = (section: string, says: string, pair: Pair, published?: Claim["published"]): Claim =>
  ({ section, says, ...pair, claim: "above", published })

/** Both were found alike. */
export const alike = (section: string, says: string, pair: Pair, published?: Claim["published"]): Claim =>
  ({ section, says, ...pair, claim: "alike", published })

/** The claims that one study is held against. */
export const of = (study: string, claims: ReadonlyArray<Claim>): ReadonlyArray<Comparison> =>
  claims.map((claim) => ({ ...claim, study }))
