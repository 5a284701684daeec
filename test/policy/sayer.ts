/** A sampler in a test's own words: what it says may hang on the key and on which of the answers it is. */
import { Policy, type Random } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export const sayer = (say: (key: Random.Key, answer: number) => string) =>
  Layer.succeed(Policy.Sampler, {
    inputSize: Effect.succeed,
    render: ({ messages }) => Effect.succeed(JSON.stringify(messages)),
    sample: (questions, { n }) =>
      Effect.succeed(questions.map(({ key }) =>
        Array.from({ length: n }, (_, i) => ({ text: say(key, i), tokens: [], logprobs: [], finishReason: "stop" as const }))
      ))
  })
