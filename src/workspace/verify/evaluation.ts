/** One evaluation judged again from its stored answers. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Replay from "../../evaluate/Replay.ts"
import type { Any } from "../../pipeline/declare/Stage.ts"
import type * as Random from "../../pipeline/Random.ts"
import * as RecordBuffer from "../../pipeline/run/RecordBuffer.ts"
import { Generated, Recorder, Spool, StageKey } from "../../pipeline/run/services.ts"
import { spoolIn } from "../../pipeline/run/spool.ts"
import type * as Store from "../../store/index.ts"
import type { Tally } from "./tally.ts"

const sizesOf = (details: string): Pick<Replay.Stored, "image" | "input"> => {
  const { height, inputHeight, inputWidth, width } = JSON.parse(details) as { readonly [key: string]: unknown }
  const sizes = { image: { width, height }, input: { width: inputWidth, height: inputHeight } }
  if ([width, height, inputWidth, inputHeight].every((side) => typeof side === "number")) return sizes as never
  throw new Error("the stored answers do not say how large their images are")
}

const stored = (sample: Store.RecordedSample): Replay.Stored => ({
  text: sample.completion,
  tokenCount: sample.tokenCount,
  finishReason: sample.finishReason,
  prompt: sample.prompt,
  ...sizesOf(sample.details)
})

/**
 * Runs an evaluation with a sampler that answers as it once did: reads its data set again, and gives what it records now. The
 * data set's generated pictures lie below `generated`. Fails, or dies, with whatever the stage does.
 */
export const again = Effect.fnUntraced(
  function*(stage: Any, samples: ReadonlyArray<Store.RecordedSample>, asking: unknown, key: Random.Key, generated: string) {
    const buffer = RecordBuffer.make(() => {})
    const answers = yield* Effect.try(() => samples.map(stored))
    const services = Layer.mergeAll(
      Replay.layer(answers),
      Layer.succeed(Recorder, buffer.recorder),
      Layer.succeed(StageKey, key),
      Layer.succeed(Generated, { folder: generated }),
      Layer.effect(Spool, spoolIn(`${generated}/rows`))
    )
    const effect = stage.run(asking as never) as Effect.Effect<unknown, unknown, never>
    yield* Effect.provide(effect, services)
    return buffer.record(0)
  },
  Effect.scoped
)

type Record = Effect.Success<ReturnType<typeof again>>["samples"][number]

/** Compares a completion's example, true answer, rewards and boxes. */
export const compareSample = (
  { compare }: Tally,
  place: () => string,
  before: Store.RecordedSample,
  now: Pick<Record, "example" | "solution" | "rewards" | "tables"> | undefined
): void => {
  compare(() => `${place()}, example`, before.example, now?.example)
  compare(() => `${place()}, solution`, before.solution, now?.solution)
  compareRewards({ compare }, place, before, now?.rewards ?? [])
  const boxes = now?.tables?.["box"] ?? []
  compare(() => `${place()}, number of boxes`, before.boxes.length, boxes.length)
  before.boxes.forEach((box, i) => {
    for (const [column, value] of Object.entries(boxes[i] ?? {})) {
      compare(() => `${place()}, box ${i} ${column}`, box[column] ?? null, value)
    }
  })
}

/** Compares the parts of a completion's reward, and the errors of those that threw. */
export const compareRewards = (
  { compare }: Pick<Tally, "compare">,
  place: () => string,
  before: Store.RecordedSample,
  now: Record["rewards"]
): void => {
  compare(() => `${place()}, number of rewards`, before.rewards.length, now.length)
  before.rewards.forEach(({ error, part, value }, i) => {
    compare(() => `${place()}, reward ${part}`, value, now[i]?.value)
    if (error !== null || now[i]?.error !== undefined) compare(() => `${place()}, error of reward ${part}`, error, now[i]?.error)
  })
}
