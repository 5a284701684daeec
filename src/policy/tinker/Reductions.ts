/**
 * How servers add up what a loss is of each token. The protocol means the sum; some take means, and of unlike things, which changes how
 * much one sequence teaches beside another. What is known is divided out by the client.
 */
import { sum as total } from "../../pipeline/statistics.ts"

/** What a token's term is divided by, and over how much that is counted: a request, or all requests until the next step. */
export interface Reduction {
  readonly by: "nothing" | "tokens" | "its tokens" | "its tokens and sequences" | "sequences"
  readonly over: "request" | "step"
}

export const sum: Reduction = { by: "nothing", over: "request" }

const reductions: ReadonlyArray<Reduction> = [
  sum,
  { by: "its tokens", over: "request" },
  ...(["tokens", "its tokens and sequences", "sequences"] as const).flatMap((by) => (["request", "step"] as const).map((over): Reduction => ({ by, over })))
]

/** What the terms of each sequence of a request are divided by. `lengths` are those of its sequences, `step` of all until the next step, in tokens. */
export const divisors = ({ by, over }: Reduction, lengths: ReadonlyArray<number>, step: ReadonlyArray<number>): ReadonlyArray<number> => {
  const counted = over === "request" ? lengths : step
  const of = {
    nothing: () => 1,
    tokens: () => total(counted),
    "its tokens": (length: number) => length,
    "its tokens and sequences": (length: number) => length * counted.length,
    sequences: () => counted.length
  }[by]
  return lengths.map(of)
}

/** Lengths of two sequences that teach the same: the longer one goes on behind it, and teaches nothing there. */
export interface Twins {
  readonly short: number
  readonly long: number
}

/** How large the gradient (or the loss) was, of the short twin and of others. */
export interface Measured {
  readonly short: number
  /** Both in one request. */
  readonly both: number
  /** Both, in a request each, before one step; undefined where that cannot be seen. */
  readonly apart: number | undefined
  /** The short one with twice the weights. */
  readonly double: number
  /** With the opposite sign. */
  readonly negative: number
}

const tolerance = 0.03

const near = (value: number, expected: number): boolean => Math.abs(value - expected) <= tolerance * Math.abs(expected)

const signal = (reduction: Reduction, requests: ReadonlyArray<ReadonlyArray<number>>): number =>
  total(requests.flatMap((lengths) => divisors(reduction, lengths, requests.flat()).map((divisor) => 1 / divisor)))

/** The reduction that explains what was measured; else, in words, what cannot be explained. */
export const identify = ({ apart, both, double, negative, short }: Measured, twins: Twins): Reduction | string => {
  if (!(Number.isFinite(short) && Math.abs(short) > 0)) return "has no gradient to be seen"
  if (!near(double / short, 2)) return `is ${(double / short).toPrecision(3)} times as large for twice the weights`
  if (!near(Math.abs(negative / short), 1)) return `is ${Math.abs(negative / short).toPrecision(3)} times as large for weights below 0`
  const one = (reduction: Reduction) => signal(reduction, [[twins.short]])
  const found = reductions.find((reduction) =>
    near(both / short, signal(reduction, [[twins.short, twins.long]]) / one(reduction)) &&
    (apart === undefined ? reduction.over === "request" : near(apart / short, signal(reduction, [[twins.short], [twins.long]]) / one(reduction)))
  )
  return found ?? `is ${(both / short).toPrecision(3)} times as large for two sequences as for one, and ${apart === undefined ? "not seen" : (apart / short).toPrecision(3)} for two requests`
}
