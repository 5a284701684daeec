import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { LoopStep, Recorder } from "../pipeline/run/services.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { Policy } from "../policy/Policy.ts"
import type { Prompts } from "../task/prompt.ts"
import * as Diverged from "./Diverged.ts"
import * as Losses from "./losses.ts"
import * as Settings from "./settings.ts"

/**
 * Supervised fine-tuning: one step towards the true answers of a batch of prompts. The body of a loop by itself.
 *
 * Records `loss` (mean over all answer tokens, nats), `gradientNorm` and `learningRate`. Fails with `Diverged` at the first loss or
 * gradient that is not finite.
 */
export const sft = Stage.define({
  kind: "update",
  name: "sft",
  module: import.meta.url,
  config: Schema.Struct(Settings.optimizer),
  subject: "changes",
  run: (config, batch: Prompts) =>
    Effect.gen(function*() {
      const policy = yield* Policy
      const record = yield* Recorder
      const adamW = yield* Settings.adamW(config)
      const sequences = yield* Effect.forEach(batch.prompts, (prompt) =>
        Effect.map(policy.encodeAnswer(prompt.solution), (tokens) => ({
          question: { messages: prompt.messages, images: [prompt.image.path] },
          tokens
        })))
      // The weights of this loss do not depend on the log-probabilities, which only the pass backward brings.
      const { weights } = Losses.sft(sequences.map(({ tokens }) => tokens.map(() => 0)))
      const logprobs = yield* policy.backward(sequences, weights)
      const { gradientNorm } = yield* policy.step(adamW)
      const { loss } = Losses.sft(logprobs)
      yield* Diverged.check(yield* LoopStep, batch.prompts.map(({ id }) => id), { loss, gradientNorm })
      record.metric("loss", loss)
      record.metric("gradientNorm", gradientNorm)
      record.metric("learningRate", adamW.learningRate)
    })
})
