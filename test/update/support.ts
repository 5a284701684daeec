/** A policy that is no model, and what update stages are run with. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { LoopStep } from "../../src/pipeline/run/services.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { Sampler } from "../../src/policy/sampler.ts"
import { type AdamW, type Sequence, Trainer } from "../../src/policy/trainer.ts"
import { detection } from "../../src/task/detection/detection.ts"
import type { Prompt } from "../../src/task/prompt.ts"
import * as Testing from "../../src/testing.ts"

/**
 * The smallest policy there is: it draws every token from one softmax over `tokens` logits, whatever it is asked, and
 * climbs by plain gradient ascent. It remembers what it was asked to do.
 */
export const bandit = (tokens: number) => {
  const logits = new Float64Array(tokens)
  const start = logits.slice()
  const gradient = new Float64Array(tokens)
  const logprob = (at: Float64Array, token: number, temperature = 1) =>
    at[token]! / temperature - Math.log(at.reduce((sum, x) => sum + Math.exp(x / temperature), 0))
  const score = (sequences: ReadonlyArray<Sequence>, at: Float64Array) =>
    sequences.map((sequence) => sequence.tokens.map((token) => logprob(at, token, sequence.temperature)))
  const probabilities = () => Array.from(logits, (_, token) => Math.exp(logprob(logits, token)))
  const calls = { backward: [] as Array<ReadonlyArray<Sequence>>, steps: [] as Array<AdamW>, reference: 0, synced: 0 }
  const sampler = Layer.succeed(Sampler, {
    inputSize: Effect.succeed,
    render: ({ messages }) => Effect.succeed(JSON.stringify(messages)),
    sample: (questions, { maxTokens, n }) =>
      Effect.sync(() => {
        const chances = probabilities()
        return questions.map(({ key }) =>
          Array.from({ length: n }, (_, i) => {
            const next = Random.stream(Random.fold(key, i))
            const drawn = Array.from({ length: maxTokens }, () => {
              const uniform = next()
              let sum = 0
              const found = chances.findIndex((p) => (sum += p) > uniform)
              return found === -1 ? tokens - 1 : found
            })
            const logprobs = drawn.map((token) => logprob(logits, token))
            return { tokens: drawn, logprobs, text: drawn.join(" "), finishReason: "length" as const }
          })
        )
      })
  })
  const trainer = Layer.succeed(Trainer, {
    encodeAnswer: (text) => Effect.succeed(text.split(" ").map(Number)),
    logprobs: (sequences, of) =>
      Effect.sync(() => {
        if (of === "reference") calls.reference++
        return score(sequences, of === "reference" ? start : logits)
      }),
    syncReference: Effect.sync(() => {
      calls.synced++
      start.set(logits)
    }),
    backward: (sequences, weights) =>
      Effect.sync(() => {
        calls.backward.push(sequences)
        sequences.forEach(({ temperature = 1, tokens }, i) => {
          const chances = Array.from(logits, (_, j) => Math.exp(logprob(logits, j, temperature)))
          tokens.forEach((token, t) => chances.forEach((p, j) => (gradient[j]! += weights[i]![t]! * ((token === j ? 1 : 0) - p) / temperature)))
        })
        return score(sequences, logits)
      }),
    step: (options) =>
      Effect.sync(() => {
        calls.steps.push(options)
        const gradientNorm = Math.hypot(...gradient)
        gradient.forEach((g, j) => (logits[j]! += options.learningRate * g))
        gradient.fill(0)
        return { gradientNorm }
      })
  })
  return { layer: Layer.merge(sampler, trainer), logits, probabilities, calls }
}

/** Runs a stage of a loop with a recorder, and gives back what it recorded. */
export const recorded = <A, E, R>(effect: Effect.Effect<A, E, R>, step: LoopStep["Service"] = { step: 0, steps: 10, checkpoint: undefined }) => {
  const kept = Testing.recorded()
  return effect.pipe(
    Effect.provide(Testing.recording(kept)),
    Effect.provideService(LoopStep, step),
    Effect.map((): { readonly [name: string]: number } => Object.fromEntries(kept.metrics))
  )
}

export const prompt = (id: string, solution = "0"): Prompt => ({
  task: detection.name,
  id,
  image: { path: `${id}.png`, width: 112, height: 112 },
  input: { width: 112, height: 112 },
  space: "resized",
  messages: [{ role: "user", content: [{ type: "image" }, { type: "text", text: id }] }],
  asked: [],
  truth: [],
  solution
})
