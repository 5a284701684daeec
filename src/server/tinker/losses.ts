/**
 * The losses that a server computes itself, as the Tinker protocol has them: sums over all tokens, with thresholds for ratios.
 * Source: its documentation, "Loss functions".
 */
import { sum } from "../../pipeline/statistics.ts"
import { type Method, policyGradient } from "../../update/Losses.ts"
import type { HttpError } from "../http/answers.ts"
import { invalid } from "../model/invalid.ts"

export type Settings = ReadonlyMap<string, number | string>

/** The loss of one sequence, and for each token minus its derivative by the log-probability. */
export interface Weighed {
  readonly loss: number
  readonly weights: ReadonlyArray<number>
}

/** What a loss is told of one sequence, a number a token each. */
export interface Told {
  readonly logprobs: ReadonlyArray<number>
  readonly inputs: { readonly [name: string]: ReadonlyArray<number> }
}

export interface Loss {
  /** What data must hold beside target_tokens. Where the first is 0, a token teaches nothing. */
  readonly inputs: readonly [string, ...ReadonlyArray<string>]
  /** Its settings with what they are where they are left out. */
  readonly settings: { readonly [name: string]: number }
  /** Whether the weights are there before log-probabilities are. */
  readonly linear: boolean
  readonly weigh: (told: Told, settings: { readonly [name: string]: number }) => Weighed
}

/** A policy gradient over tokens that each have an advantage: `policyGradient` of as many sequences of one token. */
const ofTokens = (bound: Method["bound"], low: number, high: number) => ({ inputs, logprobs }: Told): Weighed => {
  const method: Method = {
    ratio: "token",
    bound,
    clipLow: 1 - low,
    clipHigh: high - 1,
    average: "tokens",
    klCoefficient: 0,
    klEstimator: "k3"
  }
  const apart = (values: ReadonlyArray<number>) => values.map((value) => [value])
  const { loss, weights } = policyGradient(method, {
    logprobs: apart(logprobs),
    old: apart(inputs["logprobs"]!),
    advantages: inputs["advantages"]!,
    budget: 1
  })
  // a sum, not a mean
  return { loss: loss * logprobs.length, weights: weights.map(([weight]) => weight! * logprobs.length) }
}

const sampled = ["advantages", "logprobs"] as const

export const losses: { readonly [name: string]: Loss } = {
  cross_entropy: {
    inputs: ["weights"],
    settings: {},
    linear: true,
    weigh: ({ inputs, logprobs }) => {
      const weights = inputs["weights"]!
      return { loss: -sum(logprobs.map((logprob, t) => logprob * weights[t]!)), weights }
    }
  },
  importance_sampling: {
    inputs: sampled,
    settings: {},
    linear: false,
    weigh: ofTokens("clipped", 0, Infinity)
  },
  ppo: {
    inputs: sampled,
    settings: { clip_low_threshold: 0.8, clip_high_threshold: 1.2 },
    linear: false,
    weigh: (told, settings) => ofTokens("clipped", settings["clip_low_threshold"]!, settings["clip_high_threshold"]!)(told)
  },
  cispo: {
    inputs: sampled,
    settings: { clip_low_threshold: 0, clip_high_threshold: 4 },
    linear: false,
    weigh: (told, settings) => ofTokens("capped", settings["clip_low_threshold"]!, settings["clip_high_threshold"]!)(told)
  }
}

const names = Object.keys(losses).join(", ")

/** The loss of that name, and its settings. Throws `HttpError`, naming it, where the server has none such. */
export const lossOf = (name: string, given: Settings): { readonly loss: Loss; readonly settings: { readonly [name: string]: number } } => {
  const loss = Object.hasOwn(losses, name) ? losses[name]! : undefined
  if (loss === undefined) throw invalid(`loss_fn: there is no loss "${name}" here; there are ${names}. Any other runs by forward_backward_custom.`, "loss_fn")
  for (const setting of given.keys()) {
    if (!Object.hasOwn(loss.settings, setting)) throw wrong(setting, `is no setting of ${name}; it has ${Object.keys(loss.settings).join(", ") || "none"}.`)
  }
  const settings = Object.entries(loss.settings).map(([setting, usual]) => {
    const value = given.get(setting) ?? usual
    if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(setting, "must be a number.")
    return [setting, value] as const
  })
  return { loss, settings: Object.fromEntries(settings) }
}

const wrong = (setting: string, problem: string): HttpError => invalid(`loss_fn_config.${setting}: ${problem}`, `loss_fn_config.${setting}`)
