import { assert, describe, it } from "@effect/vitest"
import { compile, float32 } from "../../src/onnx/Session.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { adamW } from "../../src/policy/local/graphs/adamW.ts"

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

describe("the AdamW graph", () => {
  it("takes the same steps as plain numbers do, in the buffers that it reads", async () => {
    const session = await compile(adamW(), 1)
    const next = Random.stream(Random.key(9))
    const size = 33
    const numbers = () => Array.from({ length: size }, () => 2 * next() - 1)
    const expected = { weight: numbers(), first: numbers().fill(0), second: numbers().fill(0) }
    const weight = float32(Float32Array.from(expected.weight), [size])
    const first = float32(new Float32Array(size), [size])
    const second = float32(new Float32Array(size), [size])
    const settings = { beta1: 0.9, beta2: 0.98, epsilon: 1e-4, rate: 0.05, decay: 0.1 }
    for (let t = 1; t <= 5; t++) {
      const gradient = numbers()
      const scale = t === 3 ? 0.01 : 1
      plain(expected, gradient, t, { ...settings, scale })
      const scalars = {
        scale,
        beta1: settings.beta1,
        beta2: settings.beta2,
        correction1: 1 / (1 - settings.beta1 ** t),
        correction2: 1 / (1 - settings.beta2 ** t),
        epsilon: settings.epsilon,
        rate: settings.rate,
        decay: settings.rate * settings.decay
      }
      const feeds = Object.fromEntries(
        Object.entries(scalars).map(([name, value]) => [name, float32(Float32Array.of(value), [])])
      )
      await session.run(
        { ...feeds, gradient: float32(Float32Array.from(gradient), [size]), weight, first, second },
        { newWeight: weight, newFirst: first, newSecond: second }
      )
      for (const [name, tensor] of Object.entries({ weight, first, second })) {
        const found = tensor.data as Float32Array
        const wanted = expected[name as keyof typeof expected]
        wanted.forEach((x, i) => assert.closeTo(found[i]!, x, 2e-6, `${name}, step ${t}`))
      }
    }
  })
})
