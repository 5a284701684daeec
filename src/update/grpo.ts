import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Recorder } from "../pipeline/services.ts"
import * as Stage from "../pipeline/Stage.ts"
import { Policy, type PolicyError, type Sequence } from "../policy/Policy.ts"
import type { ScoredRollouts } from "../rollout/Rollout.ts"
import * as Advantages from "./advantages.ts"
import * as Losses from "./losses.ts"
import * as Settings from "./settings.ts"

const Config = Schema.Struct({
  ...Settings.optimizer,
  /** Weight of the KL term; 0 leaves it, and its forward pass, out. */
  klCoefficient: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(0))
  ),
  clip: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(0.2))
  )
})

const mean = (values: ReadonlyArray<number>): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

/** Differentiates only what teaches something: a sequence whose weights are all 0 has a gradient of exactly 0. */
const backward = (
  sequences: ReadonlyArray<Sequence>,
  weights: Losses.Tokens,
  sampled: Losses.Tokens
): Effect.Effect<ReadonlyArray<number>, PolicyError, Policy> =>
  Effect.gen(function*() {
    const policy = yield* Policy
    const live = weights.flatMap((tokens, i) => (tokens.some((weight) => weight !== 0) ? [i] : []))
    if (live.length === 0) return []
    const logprobs = yield* policy.backward(live.map((i) => sequences[i]!), live.map((i) => weights[i]!))
    return logprobs.flatMap((tokens, k) => tokens.map((logprob, t) => Math.abs(logprob - sampled[live[k]!]![t]!)))
  })

/**
 * One step of group relative policy optimisation on scored rollouts, as the study ran it: one iteration a batch, whose
 * log-probabilities are the sampler's own.
 *
 * Records `loss`, `kl`, `clipFraction`, `entropy` (estimate: mean of -log p of the sampled tokens, nats), `gradientNorm`,
 * `learningRate`, `flatGroups` (share of groups in which all earned the same) and `samplerGap` (largest difference between
 * the sampler's log-probabilities and the trainer's).
 *
 * Source: Shao et al., arXiv 2402.03300; settings of VLM-R1.
 */
export const grpo = Stage.define({
  kind: "update",
  name: "grpo",
  module: import.meta.url,
  config: Config,
  subject: "changes",
  run: (config, rollouts: ScoredRollouts) =>
    Effect.gen(function*() {
      const policy = yield* Policy
      const record = yield* Recorder
      const adamW = yield* Settings.adamW(config)
      const sequences = rollouts.groups.flatMap(({ completions, prompt }) =>
        completions.map(({ tokens }) => ({ question: { messages: prompt.messages, images: [prompt.image.path] }, tokens }))
      )
      const sampled = rollouts.groups.flatMap(({ completions }) => completions.map(({ logprobs }) => logprobs))
      const reference = config.klCoefficient === 0 ? undefined : yield* policy.logprobs(sequences, "reference")
      const advantages = rollouts.rewards.flatMap(Advantages.grpo)
      const { clip, klCoefficient } = config
      const { clipFraction, kl, loss, weights } = Losses.grpo({
        logprobs: sampled,
        sampled,
        reference,
        advantages,
        clip,
        klCoefficient
      })
      const gaps = yield* backward(sequences, weights, sampled)
      const { gradientNorm } = yield* policy.step(adamW)
      record.metric("loss", loss)
      record.metric("kl", kl)
      record.metric("clipFraction", clipFraction)
      record.metric("entropy", -mean(sampled.flat()))
      record.metric("gradientNorm", gradientNorm)
      record.metric("learningRate", adamW.learningRate)
      record.metric("flatGroups", mean(rollouts.rewards.map((rewards) => (Advantages.isFlat(rewards) ? 1 : 0))))
      record.metric("samplerGap", gaps.reduce((most, gap) => Math.max(most, gap), 0))
    })
})
