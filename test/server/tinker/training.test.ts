/** What a client gets for its calls is what the same calls give without a server. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { targets } from "../../../src/model/lora.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Policy from "../../../src/policy/index.ts"
import type { InputChunk } from "../../../src/protocol/tinker/chunks.ts"
import { policyGradient, sft } from "../../../src/update/Losses.ts"
import { questionAbout } from "../openai/support.ts"
import { chunksFor } from "../../policy/local/chunks.ts"
import { datumOf, name, picture, serving, toInput, uriOf } from "./support.ts"

let server: Awaited<ReturnType<typeof serving>>
let policy: { readonly sampler: Policy.Sampler["Service"]; readonly trainer: Policy.Trainer["Service"] }
const scope = Scope.makeUnsafe()
beforeAll(async () => {
  server = await serving()
  // a client's LoRA without the output head is the adapter of a local policy
  const lora = { rank: 4, alpha: 32, targets }
  const layer = await Effect.runPromise(Effect.provideService(Layer.build(Policy.local(name, { lora }).layer), Scope.Scope, scope))
  policy = { sampler: Context.get(layer, Policy.Sampler), trainer: Context.get(layer, Policy.Trainer) }
})
afterAll(() => server.close())

const lora = { rank: 4, seed: 0, train_unembed: false }
const adam = { learning_rate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0.01, grad_clip_norm: 0.5 }
const adamW = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 0.5 }
const answers = [[5, 6, 7, 8], [11, 12, 11], [9, 9, 9, 9, 9], [5, 7]] as const

/** Two questions about two pictures, two answers each. */
const asked = async () => {
  const pictures = await Promise.all([picture(0), picture(1)])
  const questions = [0, 0, 1, 1].map((i) => questionAbout(uriOf(pictures[i]!)))
  const prompts = await Promise.all(questions.map(async (question) => toInput(await chunksFor(question))))
  return { sequences: questions.map((question, i) => ({ question, tokens: answers[i]! })), prompts }
}

const lengthOf = (input: ReadonlyArray<InputChunk>): number =>
  input.reduce((sum, chunk) => sum + ("tokens" in chunk ? chunk.tokens.length : 16), 0)

/** A question and its answer as a datum: what is read is all but the last token, and prompts teach nothing. */
const datum = (prompt: ReadonlyArray<InputChunk>, tokens: ReadonlyArray<number>, inputs: { readonly [name: string]: ReadonlyArray<number> }) => {
  const before = lengthOf(prompt)
  const padded = (values: ReadonlyArray<number>) => [...new Array<number>(before - 1).fill(0), ...values]
  return datumOf(
    [...prompt, { tokens: tokens.slice(0, -1) }],
    { target_tokens: padded(tokens), ...Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, padded(values)])) }
  )
}

const near = (given: ReadonlyArray<ReadonlyArray<number>>, expected: ReadonlyArray<ReadonlyArray<number>>) =>
  expected.forEach((values, i) => values.forEach((value, t) => assert.approximately(given[i]!.at(t - values.length)!, value, 1e-4)))

describe("training by the protocol", () => {
  it("gives the losses, log-probabilities, gradients and answers of the policy, step for step", async () => {
    const { client } = server
    const { prompts, sequences } = await asked()
    const session = await client.session()
    const model = await client.model(session, lora)
    const run = Effect.runPromise

    // supervised
    const logprobs = await run(policy.trainer.logprobs(sequences, "current"))
    const { loss, weights } = sft(logprobs)
    const data = prompts.map((prompt, i) => datum(prompt, answers[i]!, { weights: weights[i]! }))
    const scored = await client.forwardBackward(model, data, "cross_entropy")
    near(scored.logprobs, logprobs)
    assert.approximately(scored.metrics["loss:sum"]!, loss, 1e-4)
    await run(policy.trainer.backward(sequences, weights))
    const { gradientNorm } = await run(policy.trainer.step(adamW))
    const { metrics } = await client.step(model, adam)
    assert.approximately(metrics["grad_norm"]!, gradientNorm!, 1e-3 * gradientNorm!)

    // GRPO, whose tokens all weigh the same
    const old = logprobs
    const advantages = [1, -1, 0.5, -0.5]
    for (const [bound, loss_fn] of [["clipped", "ppo"], ["capped", "cispo"]] as const) {
      const now = await run(policy.trainer.logprobs(sequences, "current"))
      const method = { ratio: "token", bound, clipLow: 0.2, clipHigh: 0.28, average: "tokens", klCoefficient: 0, klEstimator: "k3" } as const
      const here = policyGradient(method, { logprobs: now, old, advantages, budget: 1 })
      const count = answers.flat().length
      const there = await client.forwardBackward(
        model,
        prompts.map((prompt, i) => datum(prompt, answers[i]!, { logprobs: old[i]!, advantages: answers[i]!.map(() => advantages[i]! / count) })),
        loss_fn,
        { clip_low_threshold: 0.8, clip_high_threshold: 1.28 }
      )
      near(there.logprobs, now)
      assert.approximately(there.metrics["loss:sum"]!, here.loss, 1e-4)
      await run(policy.trainer.backward(sequences, here.weights))
      const { gradientNorm } = await run(policy.trainer.step(adamW))
      const { metrics } = await client.step(model, adam)
      assert.approximately(metrics["grad_norm"]!, gradientNorm!, 2e-3 * gradientNorm!)
    }

    // any loss: a forward pass, and a linear one with its weights
    const now = await run(policy.trainer.logprobs(sequences, "current"))
    const zeros = prompts.map((prompt, i) => datum(prompt, answers[i]!, { weights: answers[i]!.map(() => 0) }))
    const forward = await client.forwardBackward(model, zeros, "cross_entropy", {}, true)
    near(forward.logprobs, now)
    const linear = now.map((values) => values.map((value) => 2 * value))
    await client.forwardBackward(model, prompts.map((prompt, i) => datum(prompt, answers[i]!, { weights: linear[i]! })), "cross_entropy")
    await run(policy.trainer.backward(sequences, linear))
    const there = await client.step(model, adam)
    const here = await run(policy.trainer.step(adamW))
    assert.approximately(there.metrics["grad_norm"]!, here.gradientNorm!, 2e-3 * here.gradientNorm!)

    // and what it says then
    const sampler = await client.sampler(model)
    const greedy = { temperature: 0, max_tokens: 24 }
    for (const i of [0, 2]) {
      const sampled = await client.sample(sampler, prompts[i]!, greedy)
      const [[own]] = await run(policy.sampler.sample([{ ...sequences[i]!.question, key: Random.key(0) }], { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens: 24 })) as [[Policy.Completion]]
      assert.deepStrictEqual(sampled.sequences[0]!.tokens, own.tokens)
      assert.deepStrictEqual(sampled.sequences[0]!.finishReason, own.finishReason)
      near([sampled.sequences[0]!.logprobs], [own.logprobs])
    }
  })

  it("scores every position of a text, whatever its target", async () => {
    const { client } = server
    const model = await client.model(await client.session(), lora)
    const text = [5, 6, 7, 8, 9]
    const whole = await client.forwardBackward(model, [datumOf([{ tokens: text }], { target_tokens: [6, 7, 8, 9, 10], weights: [0, 0, 1, 1, 1] })], "cross_entropy", {}, true)
    const strange = await client.forwardBackward(model, [datumOf([{ tokens: text }], { target_tokens: [6, 99, 8, 98, 10], weights: [1, 1, 1, 1, 1] })], "cross_entropy", {}, true)
    assert.lengthOf(whole.logprobs[0]!, 5)
    for (const t of [0, 2, 4]) assert.approximately(whole.logprobs[0]![t]!, strange.logprobs[0]![t]!, 1e-5)
    assert.isAbove(Math.abs(whole.logprobs[0]![1]! - strange.logprobs[0]![1]!), 1e-3)
  })
})
