/**
 * Losses as pure functions of log-probabilities. Each has a twin that gives the weights which `Policy.backward` multiplies
 * the gradient of every token's log-probability with: minus dLoss / dlogprob.
 */

/** Log-probabilities of the tokens of every sequence, in nats. */
export type Sequences = ReadonlyArray<ReadonlyArray<number>>

const count = (sequences: Sequences): number => sequences.reduce((sum, tokens) => sum + tokens.length, 0)

/** Mean negative log-likelihood over all tokens. */
export const sft = (logprobs: Sequences): number =>
  -logprobs.flat().reduce((sum, logprob) => sum + logprob, 0) / count(logprobs)

/** Weights of `sft` for sequences of the given lengths: 1 / tokens each. */
export const sftWeights = (lengths: ReadonlyArray<number>): Array<Array<number>> => {
  const total = lengths.reduce((sum, length) => sum + length, 0)
  return lengths.map((length) => new Array<number>(length).fill(1 / total))
}
