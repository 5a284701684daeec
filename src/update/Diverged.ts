/** Training that has left the finite numbers. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { LoopStep } from "../pipeline/run/services.ts"

/** Training left the finite numbers: `message` names the step, the batch, the last good checkpoint and what to try. */
export class Diverged extends Data.TaggedError("Diverged")<{
  readonly step: number
  readonly message: string
}> {}

/** Fails with `Diverged` when one of the numbers of a step is not finite. `items` are the ids of its batch. */
export const check = (
  { checkpoint, step }: LoopStep["Service"],
  items: ReadonlyArray<string>,
  numbers: { readonly [name: string]: number }
): Effect.Effect<void, Diverged> => {
  const broken = Object.entries(numbers).find(([, value]) => !Number.isFinite(value))
  if (broken === undefined) return Effect.void
  const [name, value] = broken
  const back = checkpoint === undefined
    ? "No step was saved before it."
    : `The last good checkpoint is that of step ${checkpoint}.`
  return Effect.fail(
    new Diverged({
      step,
      message: `Training diverged: ${name} is ${value} at step ${step}, on the batch ${[...new Set(items)].join(", ")}. ${back} ` +
        "Lower learningRate or maxGradientNorm, or lengthen warmup; what is changed runs again from the loop's start."
    })
  )
}
