/** Rewards examined by attacks. */
import * as Effect from "effect/Effect"
import { type Diagnosis, diagnose } from "../reward/diagnose.ts"
import type { Variant } from "../task/variant.ts"
import { answersKept, rewardsCalled } from "./judge.ts"

export { type Diagnosis, isSound } from "../reward/diagnose.ts"

/** What is wrong with rewards, by their names or as `./mine.ts#brevity`. Fails with `InvalidConfig`, `StudyError`. */
export const doctor = (wanted: ReadonlyArray<string>, variant: Variant) =>
  rewardsCalled(wanted, variant).pipe(
    Effect.flatMap((rewards) =>
      Effect.forEach(rewards, (reward, i) =>
        Effect.map(diagnose(reward), (diagnosis): Diagnosis => ({ ...diagnosis, reward: wanted[i]! })))
    ),
    answersKept
  )
