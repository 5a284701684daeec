/** Supervised fine-tuning. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { LoopStep, Recorder } from "../pipeline/run/services.ts"
import * as Metric from "../pipeline/declare/Metric.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { Trainer } from "../policy/trainer.ts"
import { type PromptBatch, questionOf } from "../task/prompt.ts"
import * as Diverged from "./Diverged.ts"
import * as Losses from "./Losses.ts"
import * as Optimizer from "./Optimizer.ts"

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
  config: Schema.Struct(Optimizer.optimizer),
  subject: "changes",
  needs: [Trainer],
  metrics: [
    Metric.make("loss", "nats", "lower", "token"),
    Metric.make("gradientNorm", "", "neither", "step"),
    Metric.make("learningRate", "", "neither", "step")
  ],
  run: (config, batch: PromptBatch) =>
    Effect.gen(function*() {
      const trainer = yield* Trainer
      const record = yield* Recorder
      const adamW = yield* Optimizer.adamW(config)
      const sequences = yield* Effect.forEach(batch.rows, (prompt) =>
        Effect.map(trainer.encodeAnswer(prompt.solution), (tokens) => ({
          question: questionOf(prompt),
          tokens
        })))
      // The weights of this loss do not depend on the log-probabilities, which only the pass backward brings.
      const { weights } = Losses.sft(sequences.map(({ tokens }) => tokens.map(() => 0)))
      const logprobs = yield* trainer.backward(sequences, weights)
      const { gradientNorm } = yield* trainer.step(adamW)
      const { loss } = Losses.sft(logprobs)
      yield* Diverged.check(yield* LoopStep, batch.rows.map(({ id }) => id), { loss, ...(gradientNorm !== undefined && { gradientNorm }) })
      record.metric("loss", loss)
      record.metric("gradientNorm", gradientNorm ?? Number.NaN)
      record.metric("learningRate", adamW.learningRate)
    })
})
