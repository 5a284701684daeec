/** The rollout stage: samples a group of answers to every prompt. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import * as Random from "../pipeline/Random.ts"
import { StageKey } from "../pipeline/run/services.ts"
import { Sampler } from "../policy/sampler.ts"
import { type PromptBatch, questionOf } from "../task/prompt.ts"
import type { Rollouts } from "./rollouts.ts"

const config = Schema.Struct({
  /** Completions a prompt. */
  groupSize: Config.Count,
  temperature: Config.withDefault(Config.NonNegative, 1),
  /** Keep the likeliest tokens that together reach this probability. */
  topP: Config.withDefault(Config.Positive.check(Schema.isLessThanOrEqualTo(1)), 1),
  /** Keep this many likeliest tokens; 0 keeps all. */
  topK: Config.withDefault(Config.Whole, 0),
  maxTokens: Config.Count
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
  config,
  subject: "reads",
  needs: [Sampler],
  wants: ({ groupSize, ...choice }) => ({ n: groupSize, ...choice }),
  random: true,
  run: ({ groupSize, ...choice }, batch: PromptBatch) =>
    Effect.gen(function*() {
      const sampler = yield* Sampler
      const key = yield* StageKey
      const questions = batch.rows.map((prompt, i) => ({ ...questionOf(prompt), key: Random.fold(key, i) }))
      const sampled = yield* sampler.sample(questions, { n: groupSize, ...choice })
      const rendered = yield* Effect.forEach(questions, (question) => sampler.render(question))
      const groups = batch.rows.map((prompt, i) => ({ prompt, rendered: rendered[i]!, completions: sampled[i]! }))
      const rollouts: Rollouts = { groups, maxTokens: choice.maxTokens, temperature: choice.temperature }
      return rollouts
    })
})
