/** Finds the rewards, and serves them. */
import * as Effect from "effect/Effect"
import { rewardHandler } from "../../../server/rewards/handler.ts"
import { offer } from "../../../server/rewards/offer.ts"
import { answersKept, rewardsCalled } from "../../../workspace/judge.ts"
import { usage } from "../../failure.ts"
import { checkTwice, rewardNames } from "../../rewardNames.ts"
import type { Listening } from "../flags.ts"
import { untilStopped } from "../untilStopped.ts"

interface Options extends Listening {
  readonly rewards: string
}

/** What requests call a reward: one of a file by the name of its export. */
const calledBy = (name: string): string => name.slice(name.indexOf("#") + 1)

export const rewards = Effect.fn("serve rewards")(function*(options: Options) {
  const names = yield* rewardNames(options.rewards)
  const called = names.map(calledBy)
  yield* checkTwice(called, "rewards", "a request")
  const found = yield* rewardsCalled(names, "fixed").pipe(
    Effect.mapError((error) => error._tag === "InvalidConfig" ? usage(error.message) : error)
  )
  const own = new Map(names.flatMap((name, i) => name.includes("#") ? [[called[i]!, found[i]!] as const] : []))
  return yield* untilStopped("rewards", yield* rewardHandler(offer(own, called)), options)
}, answersKept)
