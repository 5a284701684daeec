import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { withDefault } from "../pipeline/declare/ConfigCodec.ts"
import * as Random from "../pipeline/Random.ts"
import { StageKey } from "../pipeline/run/services.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { Policy } from "../policy/Policy.ts"
import type { Prompts } from "../task/prompt.ts"
import type { Rollouts } from "./Rollout.ts"

const Config = Schema.Struct({
  /** Completions a prompt. */
  groupSize: Schema.Int.check(Schema.isGreaterThan(0)),
  temperature: withDefault(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)), 1),
  /** Keep the likeliest tokens that together reach this probability. */
  topP: withDefault(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1)), 1),
  /** Keep this many likeliest tokens; 0 keeps all. */
  topK: withDefault(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), 0),
  maxTokens: Schema.Int.check(Schema.isGreaterThan(0))
})

/**
 * Samples a group of completions for every prompt of the batch.
 *
 * Completion j of prompt i of a step draws from its own stream, whatever else is sampled beside it.
 */
export const sample = Stage.define({
  kind: "rollout",
  name: "sample",
  module: import.meta.url,
  config: Config,
  subject: "reads",
  random: true,
  run: (config, batch: Prompts) =>
    Effect.gen(function*() {
      const policy = yield* Policy
      const key = yield* StageKey
      const questions = batch.prompts.map((prompt, i) => ({
        messages: prompt.messages,
        images: [prompt.image.path],
        key: Random.fold(key, i)
      }))
      const { groupSize, ...choice } = config
      const sampled = yield* policy.sample(questions, { n: groupSize, ...choice })
      const rendered = yield* Effect.forEach(questions, (question) => policy.render(question))
      const groups = batch.prompts.map((prompt, i) => ({ prompt, rendered: rendered[i]!, completions: sampled[i]! }))
      return { groups, maxTokens: config.maxTokens } satisfies Rollouts
    })
})
