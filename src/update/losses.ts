/**
 * Losses as pure functions of log-probabilities: plain numbers in, plain numbers out.
 *
 * `weights` are what `Policy.backward` multiplies the gradient of every token's log-probability with: minus
 * dLoss / dlogprob. So any loss here runs on any back end.
 */

/** One number for each token of each sequence; log-probabilities in nats. */
export type Tokens = ReadonlyArray<ReadonlyArray<number>>

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

export interface Grpo {
  /** Under the policy that is trained. */
  readonly logprobs: Tokens
  /** Under the policy that sampled. */
  readonly sampled: Tokens
  /** Under the policy that the KL term looks back to; without it there is no such term. */
  readonly reference?: Tokens | undefined
  /** One a sequence. */
  readonly advantages: ReadonlyArray<number>
  /** The ratio counts between 1 - clip and 1 + clip. */
  readonly clip: number
  readonly klCoefficient: number
}

export interface GrpoLoss extends Loss {
  /** Mean of k3 over tokens and then sequences; 0 without a reference. */
  readonly kl: number
  /** Share of tokens whose ratio was clipped, and which therefore teach nothing. */
  readonly clipFraction: number
}

/** Schulman's k3 estimate of KL(policy || reference) from one sampled token; never negative. */
export const k3 = (logprob: number, reference: number): number =>
  Math.exp(reference - logprob) - (reference - logprob) - 1

/**
 * The study's GRPO: -mean over sequences of the mean over tokens of
 * min(ratio A, clip(ratio, 1 - clip, 1 + clip) A) - klCoefficient k3.
 *
 * Source: Shao et al., arXiv 2402.03300, equation 3; k3 from equation 4.
 */
export const grpo = (options: Grpo): GrpoLoss => {
  const { advantages, clip, klCoefficient, logprobs, reference, sampled } = options
  let loss = 0
  let kl = 0
  let clipped = 0
  const weights = logprobs.map((sequence, i) => {
    const advantage = advantages[i]!
    const share = 1 / (logprobs.length * sequence.length)
    return sequence.map((logprob, t) => {
      const ratio = Math.exp(logprob - sampled[i]![t]!)
      const stuck = advantage > 0 ? ratio > 1 + clip : advantage < 0 && ratio < 1 - clip
      const bounded = Math.min(Math.max(ratio, 1 - clip), 1 + clip)
      const back = reference === undefined ? 0 : k3(logprob, reference[i]![t]!)
      const pull = reference === undefined ? 0 : Math.exp(reference[i]![t]! - logprob) - 1
      loss -= share * (Math.min(ratio * advantage, bounded * advantage) - klCoefficient * back)
      kl += share * back
      if (stuck) clipped++
      return share * ((stuck ? 0 : ratio * advantage) + klCoefficient * pull)
    })
  })
  const tokens = logprobs.reduce((sum, sequence) => sum + sequence.length, 0)
  return { loss, weights, kl, clipFraction: clipped / tokens }
}
