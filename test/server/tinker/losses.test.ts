import { assert, describe, it } from "vitest"
import { lossOf } from "../../../src/server/tinker/losses.ts"

const logprobs = [-0.5, -1.2, -2, -0.1]
const inputs = { weights: [1, -2, 0.5, 0], logprobs: [-0.7, -1, -2.5, -0.1], advantages: [1, -1, 2, -0.5] }

describe("losses", () => {
  it.each([
    ["cross_entropy", {}],
    ["importance_sampling", {}],
    ["ppo", {}],
    ["ppo", { clip_low_threshold: 0.5, clip_high_threshold: 1.1 }]
  ] as const)("%s %j: weights are minus the derivative of the loss", (name, given) => {
    const { loss, settings } = lossOf(name, new Map(Object.entries(given)))
    const at = (values: ReadonlyArray<number>) => loss.weigh({ logprobs: values, inputs }, settings)
    const { weights } = at(logprobs)
    logprobs.forEach((_, t) => {
      const moved = (by: number) => at(logprobs.map((value, i) => i === t ? value + by : value)).loss
      assert.approximately(weights[t]!, -(moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-6)
    })
  })

  it("are sums as the protocol's documentation has them", () => {
    const value = (name: string, given = {}) => {
      const { loss, settings } = lossOf(name, new Map(Object.entries(given)))
      return loss.weigh({ logprobs, inputs }, settings)
    }
    const ratios = logprobs.map((logprob, t) => Math.exp(logprob - inputs.logprobs[t]!))
    const sum = (term: (t: number) => number) => -ratios.reduce((total, _, t) => total + term(t), 0)
    const clip = (ratio: number, low: number, high: number) => Math.min(Math.max(ratio, low), high)
    assert.approximately(value("cross_entropy").loss, sum((t) => logprobs[t]! * inputs.weights[t]!), 1e-12)
    assert.approximately(value("importance_sampling").loss, sum((t) => ratios[t]! * inputs.advantages[t]!), 1e-12)
    const clipped = (low: number, high: number) => (t: number) =>
      Math.min(ratios[t]! * inputs.advantages[t]!, clip(ratios[t]!, low, high) * inputs.advantages[t]!)
    assert.approximately(value("ppo").loss, sum(clipped(0.8, 1.2)), 1e-12)
    assert.approximately(value("cispo").loss, sum((t) => clip(ratios[t]!, 0, 4) * inputs.advantages[t]! * logprobs[t]!), 1e-12)
    value("cispo").weights.forEach((weight, t) => assert.approximately(weight, clip(ratios[t]!, 0, 4) * inputs.advantages[t]!, 1e-12))
  })

  it.each([
    ["gspo", {}, /there is no loss "gspo" here; there are cross_entropy, importance_sampling, ppo, cispo/],
    ["__proto__", {}, /there is no loss "__proto__"/],
    ["ppo", { clip: 0.2 }, /loss_fn_config\.clip: is no setting of ppo; it has clip_low_threshold, clip_high_threshold/],
    ["cross_entropy", { beta: 1 }, /loss_fn_config\.beta: is no setting of cross_entropy; it has none/],
    ["ppo", { clip_low_threshold: "low" }, /clip_low_threshold: must be a number/],
    ["ppo", { clip_low_threshold: Number.NaN }, /clip_low_threshold: must be a number/]
  ])("%s %j is refused by name", (name, given, words) => {
    assert.throws(() => lossOf(name, new Map(Object.entries(given) as Array<[string, number | string]>)), words)
  })
})
