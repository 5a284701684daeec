import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../../../src/pipeline/Random.ts"
import { adamW } from "../../../../src/policy/local/training/adamW.ts"

type Settings = Record<"beta1" | "beta2" | "decay" | "epsilon" | "rate" | "scale", number>

/** AdamW as algorithm 2 of arXiv 1711.05101 has it, uphill, in double precision. */
const plain = (
  state: { readonly weight: Array<number>; readonly first: Array<number>; readonly second: Array<number> },
  gradient: ReadonlyArray<number>,
  t: number,
  { beta1, beta2, decay, epsilon, rate, scale }: Settings
) =>
  gradient.forEach((raw, i) => {
    const g = raw * scale
    state.first[i] = beta1 * state.first[i]! + (1 - beta1) * g
    state.second[i] = beta2 * state.second[i]! + (1 - beta2) * g * g
    const mean = state.first[i]! / (1 - beta1 ** t)
    const square = state.second[i]! / (1 - beta2 ** t)
    state.weight[i] = state.weight[i]! * (1 - rate * decay) + (rate * mean) / (Math.sqrt(square) + epsilon)
  })

describe("adamW", () => {
  it("takes the same steps as the algorithm does in double precision, and spares what must not decay", () => {
    const next = Random.stream(Random.key(9))
    const size = 33
    const numbers = () => Array.from({ length: size }, () => 2 * next() - 1)
    const zeros = () => new Array<number>(size).fill(0)
    const start = numbers()
    const decayed = { weight: [...start], first: zeros(), second: zeros() }
    const spared = { weight: [...start], first: zeros(), second: zeros() }
    const state = {
      weights: Float32Array.from(start),
      first: new Float32Array(size),
      second: new Float32Array(size),
      gradient: new Float32Array(size),
      spoilt: false,
      steps: 0
    }
    const settings = { beta1: 0.9, beta2: 0.98, epsilon: 1e-4 }
    const decaying = 20
    for (let t = 1; t <= 5; t++) {
      const gradient = numbers()
      state.gradient.set(gradient)
      const scale = t === 3 ? 0.01 : 1
      plain(decayed, gradient, t, { ...settings, rate: 0.05, decay: 0.1, scale })
      plain(spared, gradient, t, { ...settings, rate: 0.05, decay: 0, scale })
      adamW(state, { ...settings, learningRate: 0.05, weightDecay: 0.1, maxGradientNorm: Infinity }, scale, decaying)
      assert.strictEqual(state.steps, t)
      for (let i = 0; i < size; i++) {
        const expected = i < decaying ? decayed : spared
        assert.closeTo(state.weights[i]!, expected.weight[i]!, 2e-6, `weight ${i}, step ${t}`)
        assert.closeTo(state.first[i]!, expected.first[i]!, 2e-6)
        assert.closeTo(state.second[i]!, expected.second[i]!, 2e-6)
      }
    }
  })
})
