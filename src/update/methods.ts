/** GRPO and its relatives: five presets of one loss. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Count, NonNegative, Whole, withDefault } from "../pipeline/declare/Config.ts"
import * as Metric from "../pipeline/declare/Metric.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { exits } from "../pipeline/Errors.ts"
import { LoopStep, Recorder } from "../pipeline/run/services.ts"
import { isFlat, mean, orZero } from "../pipeline/statistics.ts"
import { PolicyError } from "../policy/policyError.ts"
import { Trainer } from "../policy/trainer.ts"
import type { ScoredRollouts } from "../rollout/rollouts.ts"
import { questionOf } from "../task/prompt.ts"
import * as Advantages from "./Advantages.ts"
import * as Diverged from "./Diverged.ts"
import * as Losses from "./Losses.ts"
import * as Optimizer from "./Optimizer.ts"

/** What the methods disagree on. Every one of these can be set in every method. */
interface Choices extends Omit<Losses.Method, "klCoefficient" | "klEstimator"> {
  readonly scale: Advantages.Scale
}

const configOf = (choices: Choices) =>
  Schema.Struct({
    ...Optimizer.optimizer,
    ratio: withDefault(Schema.Literals(["token", "sequence"]), choices.ratio),
    bound: withDefault(Schema.Literals(["clipped", "capped"]), choices.bound),
    /** The ratio counts between 1 - clipLow and 1 + clipHigh. */
    clipLow: withDefault(NonNegative, choices.clipLow),
    clipHigh: withDefault(NonNegative, choices.clipHigh),
    average: withDefault(Schema.Literals(["sequences", "tokens", "budget"]), choices.average),
    /** Divide advantages by the group's standard deviation, or leave them. */
    scale: withDefault(Schema.Literals(["sd", "none"]), choices.scale),
    /** Compare completions by their total reward, or by each part of it and then add up (GDPO). */
    compare: withDefault(Schema.Literals(["total", "parts"]), "total"),
    /** Leave groups in which nobody did better than others out of the averages. */
    dropFlat: withDefault(Schema.Boolean, false),
    /** Steps on the same rollouts. */
    iterations: withDefault(Count, 1),
    /** Weight of the KL term; 0 leaves it, and its forward pass, out. */
    klCoefficient: withDefault(NonNegative, 0),
    klEstimator: withDefault(Schema.Literals(["k1", "k2", "k3"]), "k3"),
    /** Steps after which the KL term looks back to the weights of then; 0: always to where the loop started. */
    syncReferenceEvery: withDefault(Whole, 0),
    /** Largest factor of truncated importance sampling; 0 takes the sampler's log-probabilities for the trainer's. */
    importanceCap: withDefault(NonNegative, 0)
  })

type Config = ReturnType<typeof configOf>["Type"]

/** Every sequence of the batch with what it earned. */
const sequencesOf = (config: Config, rollouts: ScoredRollouts) => {
  const groups = rollouts.groups.flatMap((group, g) => {
    const advantages = config.compare === "total"
      ? Advantages.ofGroup(rollouts.rewards[g]!, config.scale)
      : Advantages.ofParts(rollouts.parts[g]!, config.scale)
    // of equal totals, parts may still differ
    return config.dropFlat && advantages.every((advantage) => advantage === 0) ? [] : [{ ...group, advantages }]
  })
  // greedy answers of a group are all alike, and teach nothing at any temperature
  const temperature = rollouts.temperature || 1
  return groups.flatMap(({ advantages, completions, prompt }) =>
    completions.map(({ logprobs, tokens }, i) => ({
      question: questionOf(prompt),
      tokens,
      temperature,
      sampled: logprobs,
      advantage: advantages[i]!
    }))
  )
}

type Sequences = ReturnType<typeof sequencesOf>

/** Differentiates only what teaches something: a sequence whose weights are all 0 has a gradient of exactly 0. */
const backward = (sequences: Sequences, weights: Losses.Tokens, at: Losses.Tokens) =>
  Effect.gen(function*() {
    const live = weights.flatMap((tokens, i) => (tokens.some((weight) => weight !== 0) ? [i] : []))
    if (live.length === 0) return []
    const trainer = yield* Trainer
    const logprobs = yield* trainer.backward(live.map((i) => sequences[i]!), live.map((i) => weights[i]!), live.map((i) => at[i]!))
    return logprobs.flatMap((tokens, k) => tokens.map((logprob, t) => Math.abs(logprob - sequences[live[k]!]!.sampled[t]!)))
  })

/**
 * The same by a loss of the trainer's own, which has to know no log-probabilities beforehand: they come of it. Undefined where there is
 * none that is this loss.
 */
const inOnePass = (config: Config, sequences: Sequences, batch: Omit<Losses.Batch, "logprobs">) =>
  Effect.gen(function*() {
    const { bounded } = yield* Trainer
    if (bounded === undefined || config.ratio === "sequence" || batch.reference !== undefined || batch.importance !== undefined) return undefined
    // what tokens weigh where all ratios are 1 is what their advantages count
    const { weights } = Losses.policyGradient(config, { ...batch, logprobs: batch.old })
    const live = weights.flatMap((tokens, i) => (tokens.some((weight) => weight !== 0) ? [i] : []))
    if (live.length === 0) return undefined
    const found = yield* bounded(live.map((i) => sequences[i]!), {
      bound: config.bound,
      low: 1 - config.clipLow,
      high: 1 + config.clipHigh,
      old: live.map((i) => batch.old[i]!),
      advantages: live.map((i) => weights[i]!)
    })
    // those of a sequence that teaches nothing change no number
    return found === undefined ? undefined : batch.old.map((tokens, i) => live.includes(i) ? found[live.indexOf(i)]! : tokens)
  })

const withoutLogprobs = new PolicyError({
  operation: "update",
  message: "The sampler tells no log-probabilities of its tokens, and the loss rests on them. Sample with a policy that does.",
  exitCode: exits.invalid
})

const cappedAtTemperature = new PolicyError({
  operation: "update",
  message: "importanceCap compares the sampler's log-probabilities with the trainer's, and samplers tell theirs at temperature 1 alone. Sample at temperature 1, or leave importanceCap out.",
  exitCode: exits.invalid
})

const update = Effect.fnUntraced(function*(config: Config, rollouts: ScoredRollouts) {
  const trainer = yield* Trainer
  const record = yield* Recorder
  const loop = yield* LoopStep
  const adamW = yield* Optimizer.adamW(config)
  const sequences = sequencesOf(config, rollouts)
  const sampled = sequences.map((sequence) => sequence.sampled)
  if (sequences.some(({ sampled, tokens }) => sampled.length !== tokens.length)) return yield* withoutLogprobs
  if (config.syncReferenceEvery > 0 && loop.step > 0 && loop.step % config.syncReferenceEvery === 0) yield* trainer.syncReference
  const reference = config.klCoefficient === 0 ? undefined : yield* trainer.logprobs(sequences, "reference")
  // samplers tell log-probabilities at temperature 1, whatever they draw at
  const plain = sequences.every(({ temperature }) => temperature === 1)
  if (!plain && config.importanceCap > 0) return yield* cappedAtTemperature
  const old = plain && config.importanceCap === 0 ? sampled : yield* trainer.logprobs(sequences, "current")
  const importance = config.importanceCap === 0
    ? undefined
    : Losses.truncatedImportance(old, sampled, config.importanceCap)
  const batch = {
    old,
    reference,
    importance,
    advantages: sequences.map(({ advantage }) => advantage),
    budget: rollouts.maxTokens
  }
  const seen: Array<{ loss: number; kl: number; clipFraction: number; gradientNorm: number }> = []
  let gaps: ReadonlyArray<number> = []
  for (let iteration = 0; iteration < config.iterations; iteration++) {
    const learnt = iteration === 0 ? undefined : yield* inOnePass(config, sequences, batch)
    const logprobs = learnt ?? (iteration === 0 ? old : yield* trainer.logprobs(sequences, "current"))
    const { clipFraction, kl, loss, weights } = Losses.policyGradient(config, { ...batch, logprobs })
    if (learnt === undefined) {
      const differences = yield* backward(sequences, weights, logprobs)
      if (iteration === 0) gaps = differences
    }
    const { gradientNorm } = yield* trainer.step(adamW)
    yield* Diverged.check(loop, rollouts.groups.map(({ prompt }) => prompt.id), { loss, ...(gradientNorm !== undefined && { gradientNorm }) })
    seen.push({ loss, kl, clipFraction, gradientNorm: gradientNorm ?? Number.NaN })
  }
  for (const name of ["loss", "kl", "clipFraction"] as const) record.metric(name, orZero(mean(seen.map((one) => one[name]))))
  record.metric("gradientNorm", mean(seen.map((one) => one.gradientNorm))) // a trainer need not tell it
  record.metric("entropy", -orZero(mean((plain ? sampled : old).flat())))
  record.metric("learningRate", adamW.learningRate)
  record.metric("flatGroups", orZero(mean(rollouts.rewards.map((rewards) => (isFlat(rewards) ? 1 : 0)))))
  record.metric("samplerGap", plain ? gaps.reduce((most, gap) => Math.max(most, gap), 0) : Number.NaN)
})

const metrics = [
  Metric.make("loss", "", "lower", "token"),
  Metric.make("kl", "nats", "neither", "token"),
  Metric.make("clipFraction", "share", "neither", "token"),
  Metric.make("gradientNorm", "", "neither", "step"),
  Metric.make("entropy", "nats", "neither", "token"),
  Metric.make("learningRate", "", "neither", "step"),
  Metric.make("flatGroups", "share", "lower", "group"),
  Metric.make("samplerGap", "nats", "lower", "token")
]

const method = (name: string, choices: Choices) =>
  Stage.define({
    kind: "update",
    name,
    module: import.meta.url,
    config: configOf(choices),
    subject: "changes",
    needs: [Trainer],
    metrics,
    run: update
  })

const clipped = { ratio: "token", bound: "clipped", clipLow: 0.2, clipHigh: 0.2, scale: "sd" } as const

/**
 * Group relative policy optimisation, one step a batch as the study ran it: the mean over each sequence's tokens, then over
 * sequences. Takes scored rollouts, and the sampler's log-probabilities for those of the first iteration.
 *
 * Every update method records, as means over its iterations, `loss`, `kl`, `clipFraction` and `gradientNorm`; and `entropy`
 * (estimate: mean of -log p of the sampled tokens, nats), `learningRate`, `flatGroups` (share of groups in which all earned
 * the same) and `samplerGap` (largest difference between the sampler's log-probabilities and the trainer's). It fails with
 * `Diverged` at the first loss or gradient that is not finite.
 *
 * The policy that is taught is the one that answered: log-probabilities are taken at the temperature of the sampling. Other than 1,
 * that is a forward pass more, as samplers tell theirs at 1; there is no `samplerGap` then, and no `importanceCap`.
 *
 * Source: Shao et al., arXiv 2402.03300; settings of VLM-R1.
 */
export const grpo = method("grpo", { ...clipped, average: "sequences" })

/**
 * GRPO without its two biases: advantages are not divided by the standard deviation, and every token weighs 1 / (sequences x
 * most tokens), however long its own sequence is. Source: Liu et al., arXiv 2503.20783.
 */
export const drGrpo = method("drGrpo", { ...clipped, average: "budget", scale: "none" })

/**
 * GRPO with all tokens weighing the same and more room upwards than downwards. The rest of DAPO are `Rollout.dynamic` and
 * `Reward.softOverlong`. Source: Yu et al., arXiv 2503.14476.
 */
export const dapo = method("dapo", { ...clipped, average: "tokens", clipHigh: 0.28 })

/** GRPO with one ratio a sequence, and bounds as narrow as such a mean is. Source: Zheng et al., arXiv 2507.18071. */
export const gspo = method("gspo", { ...clipped, ratio: "sequence", average: "sequences", clipLow: 3e-4, clipHigh: 4e-4 })

/**
 * Ratios are capped, never clipped away, so every token teaches; bounded above only, at 5. Source: MiniMax-M1, arXiv
 * 2506.13585; the bound: Khatri et al., arXiv 2510.13786.
 */
export const cispo = method("cispo", { ...clipped, bound: "capped", average: "tokens", clipLow: 1, clipHigh: 4 })
