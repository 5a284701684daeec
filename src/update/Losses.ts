/**
 * Losses as pure functions of log-probabilities: plain numbers in, plain numbers out.
 *
 * `weights` are what `Policy.backward` multiplies the gradient of every token's log-probability with: minus
 * dLoss / dlogprob. So any loss here runs on any back end.
 */
import { type Estimator, estimators } from "./Kl.ts"
import { mean, orZero } from "../pipeline/statistics.ts"

/** One number for each token of each sequence; log-probabilities in nats. */
export type Tokens = ReadonlyArray<ReadonlyArray<number>>

/** A loss, and the weight of each token: minus its derivative by the token's log-probability. */
export interface Loss {
  readonly loss: number
  readonly weights: Tokens
}

/** Mean negative log-likelihood over all tokens. */
export const sft = (logprobs: Tokens): Loss => {
  const tokens = logprobs.flat()
  return {
    loss: -tokens.reduce((sum, logprob) => sum + logprob, 0) / tokens.length,
    weights: logprobs.map((sequence) => sequence.map(() => 1 / tokens.length))
  }
}

/** What tells one policy-gradient method from another. */
export interface Method {
  /** Probability ratio of each token, or one for the whole sequence: the geometric mean over its tokens. */
  readonly ratio: "token" | "sequence"
  /** What becomes of a ratio out of bounds. "clipped": it earns no more and teaches nothing; "capped": it counts as the bound. */
  readonly bound: "clipped" | "capped"
  /** The ratio counts between 1 - clipLow and 1 + clipHigh. */
  readonly clipLow: number
  readonly clipHigh: number
  /** Mean over each sequence and then over sequences, over all tokens alike, or over `budget` tokens a sequence. */
  readonly average: "sequences" | "tokens" | "budget"
  readonly klCoefficient: number
  readonly klEstimator: Estimator
}

/** What a loss is computed of, by sequence and token. */
export interface Batch {
  /** Under the policy that is trained. */
  readonly logprobs: Tokens
  /** Under the policy as it was when the update began: the denominator of the ratio. */
  readonly old: Tokens
  /** Under the policy that the KL term looks back to; without it there is no such term. */
  readonly reference?: Tokens | undefined
  /** One a sequence. */
  readonly advantages: ReadonlyArray<number>
  /** Constant factors of the tokens that correct for another sampler (`truncatedImportance`); 1 without them. */
  readonly importance?: Tokens | undefined
  /** Longest possible sequence, in tokens. */
  readonly budget: number
}

/** The same, with what is worth watching. */
export interface PolicyLoss extends Loss {
  /** Mean of the KL estimate, averaged as the loss is; 0 without a reference. */
  readonly kl: number
  /** Share of tokens whose ratio was out of bounds in the direction that the advantage pushes. */
  readonly clipFraction: number
}

/**
 * The loss of GRPO and its relatives, with r the ratio exp(logprob - old), c its clipped value, A the advantage, and mean as
 * `average` says:
 *
 *     clipped:  -mean(w min(r A, c A)) + klCoefficient mean(k)
 *     capped:   -mean(w c A logprob)   + klCoefficient mean(k),  with c a constant
 *
 * Sources: GRPO arXiv 2402.03300 eq. 3 (sequences, token); Dr. GRPO arXiv 2503.20783 (budget); DAPO arXiv 2503.14476 eq. 8
 * (tokens, clipHigh > clipLow); GSPO arXiv 2507.18071 eq. 5 (sequence ratio); CISPO arXiv 2506.13585 eq. 4 (capped, tokens).
 */
export const policyGradient = (method: Method, batch: Batch): PolicyLoss => {
  const { advantages, budget, importance, logprobs, old, reference } = batch
  const { average, bound, clipHigh, clipLow, klCoefficient, klEstimator } = method
  const tokens = logprobs.reduce((sum, sequence) => sum + sequence.length, 0)
  const share = (length: number): number =>
    average === "tokens" ? 1 / tokens : 1 / (logprobs.length * (average === "budget" ? budget : length))
  let loss = 0
  let kl = 0
  let outside = 0
  const term = terms[bound]
  const weights = logprobs.map((sequence, i) => {
    const advantage = advantages[i]!
    const part = share(sequence.length)
    const ratios = method.ratio === "token" ? tokenRatios(sequence, old[i]!) : sequenceRatio(sequence, old[i]!)
    const corrections = method.ratio === "token" ? importance?.[i] : spread(importance?.[i])
    return sequence.map((logprob, t) => {
      const ratio = ratios[t]!
      const bounded = Math.min(Math.max(ratio, 1 - clipLow), 1 + clipHigh)
      const stuck = advantage > 0 ? ratio > bounded : advantage < 0 && ratio < bounded
      const factor = part * (corrections?.[t] ?? 1) * advantage
      const gain = term({ logprob, ratio, bounded, stuck })
      const divergence = reference === undefined ? none : estimators[klEstimator](logprob, reference[i]![t]!)
      loss -= factor * gain.value - part * klCoefficient * divergence.value
      kl += part * divergence.value
      if (stuck) outside++
      return factor * gain.slope - part * klCoefficient * divergence.slope
    })
  })
  return { loss, weights, kl, clipFraction: tokens === 0 ? 0 : outside / tokens }
}

const none = { value: 0, slope: 0 }

/** One token: its ratio, that ratio within the bounds, and whether the advantage pushes it further out of them. */
interface Token {
  readonly logprob: number
  readonly ratio: number
  readonly bounded: number
  readonly stuck: boolean
}

/** What a token adds for an advantage of 1, and the derivative of that by its log-probability. */
const terms: { readonly [B in Method["bound"]]: (token: Token) => { readonly value: number; readonly slope: number } } = {
  clipped: ({ bounded, ratio, stuck }) => stuck ? { value: bounded, slope: 0 } : { value: ratio, slope: ratio },
  capped: ({ bounded, logprob }) => ({ value: bounded * logprob, slope: bounded })
}

const tokenRatios = (logprobs: ReadonlyArray<number>, old: ReadonlyArray<number>): ReadonlyArray<number> =>
  logprobs.map((logprob, t) => Math.exp(logprob - old[t]!))

/** One ratio for all tokens. Its derivative by one token's log-probability is ratio / length, which `average` brings in. */
const sequenceRatio = (logprobs: ReadonlyArray<number>, old: ReadonlyArray<number>): ReadonlyArray<number> => {
  const gap = logprobs.reduce((sum, logprob, t) => sum + logprob - old[t]!, 0)
  return logprobs.map(() => Math.exp(gap / logprobs.length))
}

/** What goes with one ratio for all tokens: one factor for all of them, the mean. */
const spread = (factors: ReadonlyArray<number> | undefined): ReadonlyArray<number> | undefined =>
  factors?.map(() => orZero(mean(factors)))

/**
 * min(exp(trainer - sampler), cap) of every token: corrects, without blowing up, for a sampler whose numbers differ from the
 * trainer's (other kernels, quantised or older weights).
 *
 * Source: Yao et al., "Your Efficient RL Framework Secretly Brings You Off-Policy RL Training", 2025.
 */
export const truncatedImportance = (trainer: Tokens, sampler: Tokens, cap: number): Tokens =>
  trainer.map((sequence, i) => sequence.map((logprob, t) => Math.min(Math.exp(logprob - sampler[i]![t]!), cap)))
