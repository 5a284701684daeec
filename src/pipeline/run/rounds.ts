/** Rounds: a plan, and those that follow from its results where a rule of the study asks for more seeds. */
import * as Effect from "effect/Effect"
import type { Plan } from "../plan/Plan.ts"
import type { RunResult } from "./Runner.ts"

interface Round {
  readonly plan: Plan
}

/**
 * Has a plan executed by `one`, then plans `again` while its rule may ask for more seeds, until it does not or a run fails.
 * Returns the last plan and how all runs of it ended.
 */
export const rounds = Effect.fnUntraced(function*<A extends Round, E1, R1, E2, R2>(
  first: A,
  again: Effect.Effect<A, E1, R1>,
  one: (round: A) => Effect.Effect<ReadonlyArray<RunResult>, E2, R2>
) {
  let round = first
  for (;;) {
    const results = yield* one(round)
    const { plan } = round
    if (!plan.open || results.some(({ status }) => status !== "done")) return { plan, results }
    round = yield* again
    if (round.plan.runs.length === plan.runs.length) return { plan: round.plan, results }
  }
})
