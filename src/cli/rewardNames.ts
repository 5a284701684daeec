/** The flag --rewards: names of rewards, none of them twice. */
import * as Effect from "effect/Effect"
import { type Failure, usage } from "./failure.ts"

/** The names of the flag. Fails where there is none. */
export const rewardNames = (flag: string): Effect.Effect<ReadonlyArray<string>, Failure> => {
  const names = flag.split(",").map((name) => name.trim()).filter((name) => name !== "")
  return names.length === 0 ? Effect.fail(usage("--rewards names no reward; give some, separated by commas.")) : Effect.succeed(names)
}

/** Fails where two of what rewards give go by one name, by which `reader` would have to tell them apart. */
export const checkTwice = (called: ReadonlyArray<string>, what: "rewards" | "scores", reader: string): Effect.Effect<void, Failure> => {
  const twice = called.find((name, i) => called.indexOf(name) !== i)
  return twice === undefined
    ? Effect.void
    : Effect.fail(usage(`--rewards names two ${what} "${twice}", and ${reader} could not tell them apart. Leave one out, or rename it.`))
}
