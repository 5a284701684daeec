/**
 * Estimates of KL(policy || reference) from one token that the policy sampled, with log-probabilities in nats.
 *
 * Source: Schulman, "Approximating KL Divergence", 2020 (joschu.net/blog/kl-approx.html).
 */
export type Estimator = "k1" | "k2" | "k3"

interface Estimate {
  readonly value: number
  /** Derivative of `value` by the policy's log-probability. */
  readonly slope: number
}

/** log p - log q: unbiased, of either sign. Its slope carries no information (its mean is 0): for reports, not for losses. */
const k1 = (logprob: number, reference: number): Estimate => ({ value: logprob - reference, slope: 1 })

/** (log p - log q)^2 / 2: biased, never negative; the mean of its slope is the slope of the true divergence. */
const k2 = (logprob: number, reference: number): Estimate => ({
  value: (logprob - reference) ** 2 / 2,
  slope: logprob - reference
})

/** q / p - 1 - log(q / p): unbiased and never negative. The estimate of GRPO (arXiv 2402.03300, equation 4). */
const k3 = (logprob: number, reference: number): Estimate => {
  const ratio = Math.exp(reference - logprob)
  return { value: ratio - (reference - logprob) - 1, slope: 1 - ratio }
}

/** The estimators by name. */
export const estimators: { readonly [name in Estimator]: (logprob: number, reference: number) => Estimate } = { k1, k2, k3 }
