/** AdamW, and the state that it changes. */
import type { AdamW } from "../../trainer.ts"
import { inPieces } from "./inPieces.ts"

/** The numbers that training changes, each as long as what trains. */
export interface TrainingState {
  readonly weights: Float32Array
  /** AdamW's running means of the gradient and of its square. */
  readonly first: Float32Array
  readonly second: Float32Array
  /** Accumulated since the last step. */
  readonly gradient: Float32Array
  /** Whether a call that adds to `gradient` failed halfway, which leaves part of it there. */
  spoilt: boolean
  /** Steps taken. */
  steps: number
}

/**
 * One AdamW step uphill over all of `state`, in place; numbers before `decaying` decay. `scale` multiplies the gradient
 * (clipping).
 *
 * Plain numbers and no graph: onnxruntime-node copies whatever a session writes, which took three times as long.
 * Source: Loshchilov and Hutter, arXiv 1711.05101, algorithm 2.
 */
export const adamW = (state: TrainingState, options: AdamW, scale: number, decaying: number): void => {
  const t = ++state.steps
  const keep = 1 - options.learningRate * options.weightDecay
  const rates = {
    scale,
    beta1: options.beta1,
    beta2: options.beta2,
    epsilon: options.epsilon,
    rate: options.learningRate / (1 - options.beta1 ** t),
    correction: 1 / (1 - options.beta2 ** t)
  }
  inPieces(decaying, (start, end) => climb(state, rates, keep, start, end))
  inPieces(state.weights.length - decaying, (start, end) => climb(state, rates, 1, decaying + start, decaying + end))
}

interface Rates {
  readonly scale: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly rate: number
  readonly correction: number
}

const climb = (
  { first, gradient, second, weights }: TrainingState,
  { beta1, beta2, correction, epsilon, rate, scale }: Rates,
  keep: number,
  start: number,
  end: number
): void => {
  for (let i = start; i < end; i++) {
    const slope = gradient[i]! * scale
    const mean = beta1 * first[i]! + (1 - beta1) * slope
    const square = beta2 * second[i]! + (1 - beta2) * slope * slope
    first[i] = mean
    second[i] = square
    weights[i] = keep * weights[i]! + (rate * mean) / (Math.sqrt(correction * square) + epsilon)
  }
}
