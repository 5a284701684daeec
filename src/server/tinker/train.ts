/** Forward and backward passes: losses of data, their log-probabilities, and gradients that add up until a step takes them. */
import * as Effect from "effect/Effect"
import type { Call, Scored as Asked } from "../../policy/local/adapters/start.ts"
import type { Datum, ForwardBackward, Scored, Tensor } from "../../protocol/tinker/training.ts"
import { invalid } from "../model/invalid.ts"
import type { Input, InputReader } from "./input.ts"
import { type Loss, lossOf } from "./losses.ts"
import { type Segment, segmentsOf, unscored } from "./segments.ts"

/** What one request may ask for. */
const limits = { data: 1024, tokens: 2 ** 18 } as const

/** A datum whose loss can be computed. */
interface Ready {
  readonly input: Input
  readonly targets: ReadonlyArray<number>
  readonly inputs: { readonly [name: string]: ReadonlyArray<number> }
}

/** A request that can be computed. */
export interface Prepared {
  readonly loss: Loss
  readonly settings: { readonly [name: string]: number }
  readonly data: ReadonlyArray<Ready>
  readonly forwardOnly: boolean
}

/** A number a position of the input. */
const ofLength = (tensor: Tensor | undefined, name: string, length: number, at: string): ReadonlyArray<number> => {
  const param = `${at}.loss_fn_inputs.${name}`
  if (tensor === undefined) throw invalid(`${param} is missing.`, param)
  const { shape, values } = tensor
  if (shape.length !== 1 || shape[0] !== length || values.length !== length) {
    throw invalid(`${param}: its shape is [${shape.join(", ")}], of ${values.length} numbers, where the input has ${length} positions.`, param)
  }
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw invalid(`${param}: number ${bad} is not finite.`, param)
  return values
}

const ready = async (datum: Datum, loss: Loss, i: number, vocabulary: number, readInput: InputReader): Promise<Ready> => {
  const at = `data.${i}`
  const known = ["target_tokens", ...loss.inputs]
  const strange = [...datum.lossInputs.keys()].find((name) => !known.includes(name))
  if (strange !== undefined) {
    throw invalid(`${at}.loss_fn_inputs: this loss reads ${known.join(", ")}, and not "${strange}"; leave it out.`, `${at}.loss_fn_inputs.${strange}`)
  }
  const input = await readInput(datum.input, `${at}.model_input`)
  const numbers = (name: string) => ofLength(datum.lossInputs.get(name), name, input.length, at)
  const targets = numbers("target_tokens")
  const wrong = targets.find((token) => !Number.isInteger(token) || token < 0 || token >= vocabulary)
  if (wrong !== undefined) {
    throw invalid(`${at}.loss_fn_inputs.target_tokens: ${wrong} is no token of the model, which has ${vocabulary}.`, `${at}.loss_fn_inputs.target_tokens`)
  }
  const inputs = Object.fromEntries(loss.inputs.map((name) => [name, numbers(name)]))
  const worth = inputs[loss.inputs[0]]!
  const within = unscored(input).find((position) => worth[position] !== 0)
  if (within !== undefined) {
    const param = `${at}.loss_fn_inputs.${loss.inputs[0]}`
    throw invalid(`${param}: position ${within} is within an image, where nothing is predicted; it must be 0.`, param)
  }
  return { input, targets, inputs }
}

/** Reads a request. Throws `HttpError`, naming the field, where it cannot be computed. */
export const prepare = async (request: ForwardBackward, vocabulary: number, readInput: InputReader): Promise<Prepared> => {
  const { loss, settings } = lossOf(request.loss, request.settings)
  const { length } = request.data
  if (length === 0 || length > limits.data) throw invalid(`data: there are ${length}; from 1 to ${limits.data} are taken in a request.`, "data")
  const data: Array<Ready> = []
  for (const [i, datum] of request.data.entries()) data.push(await ready(datum, loss, i, vocabulary, readInput))
  const tokens = data.reduce((sum, { input }) => sum + input.length, 0)
  if (tokens > limits.tokens) throw invalid(`data: they have ${tokens} tokens, which is over the ${limits.tokens} that a request may have.`, "data")
  return { loss, settings, data, forwardOnly: request.forwardOnly }
}

/** A segment of a datum. */
interface Part extends Segment {
  readonly datum: number
}

/** Scores parts, equal ones once, and writes what came of them to `logprobs`; with weights, learns from them. */
const score = async (
  call: Call,
  model: string,
  parts: ReadonlyArray<Part>,
  logprobs: ReadonlyArray<Array<number>>,
  weights?: ReadonlyArray<ReadonlyArray<number>>
): Promise<void> => {
  if (parts.length === 0) return
  const apart = new Map<string, { readonly asked: Asked; readonly parts: Array<Part> }>()
  parts.forEach((part, p) => {
    const { datum, positions, scored } = part
    const name = weights === undefined ? JSON.stringify(scored) : String(p)
    const found = apart.get(name)
    if (found === undefined) apart.set(name, { asked: { ...scored, weights: weights === undefined ? [] : scored.tokens.map((_, t) => weights[datum]![positions[t]!]!) }, parts: [part] })
    else found.parts.push(part)
  })
  const all = [...apart.values()]
  const found = await Effect.runPromise(call("score", model, all.map(({ asked }) => asked), weights !== undefined))
  all.forEach(({ parts }, i) => {
    for (const { datum, positions } of parts) found[i]!.forEach((value, t) => (logprobs[datum]![positions[t]!] = value))
  })
}

/**
 * Computes the loss of data, and unless it is forward only adds its gradient to what the model has accumulated. Positions within
 * images have a log-probability of 0.
 */
export const forwardBackward = async (call: Call, model: string, { data, forwardOnly, loss, settings }: Prepared): Promise<Scored> => {
  const logprobs = data.map(({ input }) => new Array<number>(input.length).fill(0))
  const parts = data.flatMap(({ input, inputs, targets }, datum) =>
    segmentsOf({ input, targets, worth: inputs[loss.inputs[0]]! }).map((segment): Part => ({ ...segment, datum }))
  )
  const teaching = parts.filter(({ teaches }) => teaches)
  const silent = parts.filter(({ teaches }) => !teaches)
  const weighed = () => data.map(({ inputs }, i) => loss.weigh({ inputs, logprobs: logprobs[i]! }, settings))

  if (forwardOnly) await score(call, model, parts, logprobs)
  else {
    await score(call, model, loss.linear ? silent : parts, logprobs)
    await score(call, model, teaching, logprobs, weighed().map(({ weights }) => weights))
  }
  return { logprobs, metrics: { "loss:sum": weighed().reduce((sum, { loss }) => sum + loss, 0) } }
}
