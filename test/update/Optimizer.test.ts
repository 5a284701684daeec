import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { LoopStep } from "../../src/pipeline/run/services.ts"
import * as Optimizer from "../../src/update/Optimizer.ts"
import * as Update from "../../src/update/index.ts"

const config = {
  learningRate: 8,
  warmup: 4,
  schedule: "cosine",
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradientNorm: 1
} as const

const rates = (changes: Partial<Optimizer.OptimizerConfig>, steps: number) =>
  Array.from({ length: steps }, (_, step) => Optimizer.learningRate({ ...config, ...changes }, step, steps))

describe("the learning rate", () => {
  it("rises over the warm-up, the first step included, and then stays", () => {
    assert.deepStrictEqual(rates({ schedule: "constant" }, 7), [2, 4, 6, 8, 8, 8, 8])
    assert.deepStrictEqual(rates({ schedule: "constant", warmup: 0 }, 3), [8, 8, 8])
  })

  it("falls along half a cosine after the warm-up", () => {
    const found = rates({}, 8)
    const expected = [2, 4, 6, 8, 8, 4 + 4 * Math.SQRT1_2, 4, 4 - 4 * Math.SQRT1_2]
    found.forEach((rate, step) => assert.closeTo(rate, expected[step]!, 1e-12))
  })

  it("copes with a loop that is all warm-up", () => {
    assert.deepStrictEqual(rates({}, 3), [2, 4, 6])
    assert.deepStrictEqual(rates({}, 4), [2, 4, 6, 8])
  })
})

describe("the settings of a step", () => {
  it.effect("carry the scheduled rate and the rest of the config", () =>
    Effect.gen(function*() {
      const { schedule: _schedule, warmup: _warmup, ...rest } = config
      const adamW = yield* Optimizer.adamW(config).pipe(Effect.provideService(LoopStep, { step: 1, steps: 10, checkpoint: undefined }))
      assert.deepStrictEqual(adamW, { ...rest, learningRate: 4 })
    }))

  it("are those of the study when only the rate is given", () => {
    const optimizer = {
      learningRate: 1e-4,
      warmup: 0,
      schedule: "constant",
      beta1: 0.9,
      beta2: 0.98,
      epsilon: 1e-8,
      weightDecay: 0,
      maxGradientNorm: 1
    }
    assert.deepStrictEqual(Update.sft({ learningRate: 1e-4 }).config, optimizer)
    assert.deepStrictEqual(Update.grpo({ learningRate: 1e-4 }).config, {
      ...optimizer,
      ratio: "token",
      bound: "clipped",
      clipLow: 0.2,
      clipHigh: 0.2,
      average: "sequences",
      scale: "sd",
      compare: "total",
      dropFlat: false,
      iterations: 1,
      klCoefficient: 0,
      klEstimator: "k3",
      syncReferenceEvery: 0,
      importanceCap: 0
    })
  })

  it("refuse what no optimiser can use, and name the key", () => {
    assert.throws(() => Update.grpo({ learningRate: -1 }), /grpo.*learningRate/s)
    assert.throws(() => Update.grpo({ learningRate: 1, klCoefficient: -0.1 }), /klCoefficient/)
    assert.throws(() => Update.sft({ learningRate: 1, maxGradientNorm: 0 }), /maxGradientNorm/)
    assert.throws(() => Update.sft({ learningRate: NaN }), /learningRate/)
    for (const [key, value] of [["beta1", 1], ["beta2", 1], ["beta1", -0.1], ["epsilon", 0]] as const) {
      assert.throws(() => Update.grpo({ learningRate: 1, [key]: value }), new RegExp(key))
    }
    assert.strictEqual(Update.sft({ learningRate: 1, beta1: 0, beta2: 0 }).config.beta1, 0)
  })
})
