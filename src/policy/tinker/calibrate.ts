/** Finds out by small experiments on a model of its own what a server's losses add up to. */
import * as Effect from "effect/Effect"
import type { AdamParams } from "../../protocol/tinker/Requests.ts"
import type { Refused } from "../http/send.ts"
import { type Answer, datumOf, lengthOf, ofAnswer } from "./data.ts"
import { gradientNormIn } from "./gradientNorm.ts"
import type { Model, Wire } from "./model.ts"
import * as Reductions from "./Reductions.ts"

/** What a server is asked about while it is found out what it does. */
export const sentence = "The quick brown fox jumps over the lazy dog."

/** Losses that are linear in log-probabilities, and so can stand for any other: the first at any time, the second at the present log-probabilities. */
export const linear = ["cross_entropy", "importance_sampling"] as const
/** Losses of a bounded ratio, as ours are. */
export const bounded = { clipped: "ppo", capped: "cispo" } as const

export type Loss = (typeof linear)[number] | "ppo" | "cispo"

/** By what a reduction is known: the norm of gradients, the loss that the server says, or nothing but that the protocol means the sum. */
export type Evidence = "gradient" | "loss" | "protocol"

export interface Calibrated {
  readonly reduction: Reductions.Reduction
  readonly by: Evidence
}

/** A step that changes nothing, and clears the gradient. */
const idle: AdamParams = { learning_rate: 0, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 }

/** Positions of the twins, of which the middle one of the first few teaches. */
const positions = { short: 4, long: 12, teaches: 2 } as const

/** The twins as answers to one token. */
const twinsOf = (tokens: ReadonlyArray<number>) => {
  const enough = Array.from({ length: positions.long + 1 }, (_, i) => tokens[i % tokens.length]!)
  const prompt = { chunks: [{ tokens: enough.slice(0, 1) }], length: 1 }
  const twin = (length: number): Answer => ({ prompt, tokens: enough.slice(1, length + 1), inputs: {} })
  return { short: twin(positions.short), long: twin(positions.long) }
}

const weighed = (answer: Answer, weight: number): ReadonlyArray<number> => answer.tokens.map((_, t) => t === positions.teaches ? weight : 0)

/** The forward pass by which the present log-probabilities are found. */
export const scoringInputs = (tokens: ReadonlyArray<number>) => ({ weights: tokens.map(() => 1) })

/** Log-probabilities of answers, one a token. */
export const present = (model: Model, wire: Wire, answers: ReadonlyArray<Answer>) =>
  Effect.gen(function*() {
    const data = answers.map((answer) => datumOf({ ...answer, inputs: scoringInputs(answer.tokens) }))
    const { logprobs } = yield* yield* model.pass(wire, { data, loss: "cross_entropy", settings: new Map(), forwardOnly: true })
    return logprobs
  })

/**
 * What a loss of the server adds up to, or in words why it cannot be used. `tokens` are any of the model's, some of them different.
 * Fails where the server does.
 */
export const calibrate = (model: Model, wire: Wire, loss: Loss, tokens: ReadonlyArray<number>): Effect.Effect<Calibrated | string, Refused> =>
  Effect.gen(function*() {
    const twins = twinsOf(tokens)
    const both = [twins.short, twins.long]
    const found = yield* present(model, wire, both)
    const logprobs = new Map(both.map((answer, i) => [answer, ofAnswer(found[i] ?? [], answer)]))
    const inputs = (answer: Answer, weight: number): Answer["inputs"] =>
      loss === "cross_entropy" ? { weights: weighed(answer, weight) } : { logprobs: logprobs.get(answer)!, advantages: weighed(answer, weight) }
    const pass = (answers: ReadonlyArray<Answer>, weight: number) =>
      model.pass(wire, { data: answers.map((answer) => datumOf({ ...answer, inputs: inputs(answer, weight) })), loss, settings: new Map(), forwardOnly: false })
    /** Requests and a step behind them. All are asked before the first result is waited for. */
    const measured = (requests: ReadonlyArray<ReadonlyArray<Answer>>, weight: number) =>
      Effect.map(Effect.all([Effect.forEach(requests, (answers) => pass(answers, weight)), model.step(idle)]), ([passes, step]) =>
        Effect.map(Effect.all([Effect.all(passes), step]), ([scored, stepped]) => {
          const metrics = scored[0]!.metrics
          return { norm: gradientNormIn(stepped), loss: metrics["loss:mean"] ?? metrics["loss:sum"] ?? metrics["loss"] }
        }))
    const experiments = [
      yield* measured([[twins.short]], 1),
      yield* measured([both], 1),
      yield* measured([[twins.short], [twins.long]], 1),
      yield* measured([[twins.short]], 2),
      yield* measured([[twins.short]], -1)
    ]
    const [short, pair, apart, double, negative] = yield* Effect.all(experiments)
    const lengths = { short: lengthOf(twins.short), long: lengthOf(twins.long) }
    const by: Evidence = short!.norm !== undefined ? "gradient" : short!.loss !== undefined ? "loss" : "protocol"
    if (by === "protocol") return loss === "cross_entropy" ? { reduction: Reductions.sum, by } : "is not told, nor its gradient"
    const of = (one: typeof short): number => (by === "gradient" ? one!.norm : one!.loss) ?? Number.NaN
    const identified = Reductions.identify({
      short: of(short),
      both: of(pair),
      apart: by === "gradient" ? of(apart) : undefined,
      double: of(double),
      negative: of(negative)
    }, lengths)
    return typeof identified === "string" ? identified : { reduction: identified, by }
  })
