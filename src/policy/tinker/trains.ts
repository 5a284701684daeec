/** Training on a Tinker server: log-probabilities, gradients of any loss, and steps. */
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import type { Scored } from "../../protocol/tinker/training.ts"
import { isBusy, patiently } from "../http/patiently.ts"
import type { Refused } from "../http/send.ts"
import { PolicyError } from "../policyError.ts"
import type { AdamW, Sequence, Trainer } from "../trainer.ts"
import { bounded, calibrate, type Calibrated, type Loss, scoringInputs, sentence } from "./calibrate.ts"
import type { Found } from "./capabilities.ts"
import { type Answer, datumOf, lengthOf, ofAnswer, requestsOf } from "./data.ts"
import type { Reader } from "./Folder.ts"
import { gradientNormIn } from "./gradientNorm.ts"
import type { Begun, Model } from "./model.ts"
import type { Place } from "./Place.ts"
import { divisors } from "./Reductions.ts"
import { failed, isLost, refuses, type Server } from "./server.ts"

type Tokens = ReadonlyArray<ReadonlyArray<number>>

export interface Training {
  readonly server: Server
  readonly found: Found
  readonly reader: Reader
  readonly place: Place
  /** A model to try something on, gone afterwards. */
  readonly scratch: <A>(use: (model: Model) => Effect.Effect<A, Refused>) => Effect.Effect<A, Refused>
}

/** Smaller than any that is meant: servers refuse 0. */
const leastEpsilon = 1e-30

const adamOf = ({ beta1, beta2, epsilon, learningRate, maxGradientNorm, weightDecay }: AdamW) => ({
  learning_rate: learningRate,
  beta1,
  beta2,
  eps: Math.max(epsilon, leastEpsilon),
  weight_decay: weightDecay,
  // 0 is none
  grad_clip_norm: Number.isFinite(maxGradientNorm) ? maxGradientNorm : 0
})

const refusal = (message: string) => new PolicyError({ operation: "train", message, exitCode: exits.invalid })

/** Servers compute log-probabilities at temperature 1 alone. */
const checkTemperature = (sequences: ReadonlyArray<Sequence>): Effect.Effect<void, PolicyError> => {
  const other = sequences.find(({ temperature = 1 }) => temperature !== 1)
  return other === undefined
    ? Effect.void
    : refusal(`Answers were sampled at temperature ${other.temperature}, and a Tinker server trains at temperature 1 alone. Sample at temperature 1.`)
}

/** Fails where pictures would not be looked at. */
export const checkImages = ({ images }: Found, url: string, questions: ReadonlyArray<{ readonly images: ReadonlyArray<string> }>): Effect.Effect<void, PolicyError> =>
  images === true || questions.every((question) => question.images.length === 0)
    ? Effect.void
    : Effect.fail(refusal(`${url} takes no pictures with this model: ${images}. Name another model or server.`))

export const trainerOf = ({ found, place, reader, scratch, server }: Training): Trainer["Service"] => {
  const { text } = reader
  /** Sequences whose gradient waits for the next step. */
  let waiting = 0
  /** What is known of its own losses; why it has none. */
  const own = new Map<Loss, Calibrated | string>()
  const calibrated = (loss: Loss): Effect.Effect<Calibrated | string, PolicyError> => {
    const asked = scratch((model) => calibrate(model, found.wire, loss, text.encode(sentence)))
    return patiently(server.patienceSeconds, asked, isBusy).pipe(
      Effect.catchIf((refused) => refuses(refused) && !isLost(refused), ({ message }) => Effect.succeed(message)),
      Effect.mapError(failed(server, "train"))
    )
  }

  const answersOf = (sequences: ReadonlyArray<Sequence>, inputs: (i: number) => Answer["inputs"]): Effect.Effect<ReadonlyArray<Answer>, PolicyError> =>
    Effect.andThen(
      Effect.andThen(checkTemperature(sequences), checkImages(found, server.url, sequences.map(({ question }) => question))),
      Effect.forEach(sequences, ({ question, tokens }, i) => Effect.map(reader.prompt(question), (prompt) => ({ prompt, tokens, inputs: inputs(i) })))
    )
  /** Log-probabilities of answers, in requests that are all asked before the first is waited for. */
  const passed = (answers: ReadonlyArray<Answer>, pass: (request: ReadonlyArray<Answer>) => Begun<Scored>): Effect.Effect<Tokens, PolicyError> =>
    Effect.gen(function*() {
      const requests = requestsOf(answers)
      const begun = yield* Effect.forEach(requests, pass)
      const scored = yield* Effect.all(begun)
      return yield* Effect.try({
        try: () => requests.flatMap((request, r) => request.map((answer, i) => ofAnswer(scored[r]!.logprobs[i] ?? [], answer))),
        catch: (cause) =>
          new PolicyError({ operation: "train", message: `${server.url} sent ${reasonOf(cause)}. Its model is another than the folder here.`, exitCode: exits.broke })
      })
    }).pipe(Effect.catchTag("Refused", (refused) => Effect.fail(failed(server, "train")(refused))))

  const score = (model: Model, sequences: ReadonlyArray<Sequence>) =>
    Effect.flatMap(answersOf(sequences, (i) => scoringInputs(sequences[i]!.tokens)), (answers) =>
      passed(answers, (request) => model.pass(found.wire, { data: request.map(datumOf), loss: "cross_entropy", settings: new Map(), forwardOnly: true })))

  /** A backward pass whose terms are weighed so that the gradient is that of their sum, whatever the server's reduction. */
  const learn = (
    loss: Loss,
    { reduction }: Calibrated,
    settings: ReadonlyMap<string, number>,
    sequences: ReadonlyArray<Sequence>,
    weights: Tokens,
    inputs: (i: number, weights: ReadonlyArray<number>) => Answer["inputs"]
  ) =>
    Effect.gen(function*() {
      if (waiting > 0 && reduction.over === "step" && reduction.by !== "nothing") {
        return yield* refusal(`${server.url} takes the mean over all that is asked before a step, so gradients cannot be added up in several calls. Step after each.`)
      }
      const answers = yield* answersOf(sequences, (i) => inputs(i, weights[i]!))
      const step = answers.map(lengthOf)
      const model = yield* place.model
      const index = new Map(answers.map((answer, i) => [answer, i]))
      const logprobs = yield* passed(answers, (request) => {
        const by = divisors(reduction, request.map(lengthOf), step)
        const data = request.map((answer, r) => {
          const i = index.get(answer)!
          return datumOf({ ...answer, inputs: inputs(i, weights[i]!.map((weight) => weight * by[r]!)) })
        })
        return model.pass(found.wire, { data, loss, settings, forwardOnly: false })
      })
      waiting += sequences.length
      place.did("gradient", sequences.map(({ question, tokens }, i) => [question, tokens, inputs(i, weights[i]!)]), loss, [...settings])
      return logprobs
    })

  const backward: Trainer["Service"]["backward"] = (sequences, weights, at) =>
    Effect.gen(function*() {
      const { linear } = found
      if (typeof linear === "string") {
        return yield* refusal(`${server.url} cannot be trained by losses of ours: ${linear}. Sample from it alone, or train on another server.`)
      }
      if (sequences.length === 0) return []
      if (linear.loss === "cross_entropy") return yield* learn(linear.loss, linear, new Map(), sequences, weights, (_, own) => ({ weights: own }))
      // its gradient is the weights' where the ratio is 1
      const old = at ?? (yield* score(yield* place.model, sequences))
      return yield* learn(linear.loss, linear, new Map(), sequences, weights, (i, own) => ({ logprobs: old[i]!, advantages: own }))
    })

  return {
    encodeAnswer: (answer) => Effect.succeed([...text.encode(answer), text.endIds[0]!]),
    logprobs: (sequences, of) => Effect.flatMap(of === "current" ? place.model : place.reference, (model) => score(model, sequences)),
    syncReference: place.syncReference,
    backward,
    bounded: (sequences, { advantages, bound, high, low, old }) =>
      Effect.gen(function*() {
        const loss = bounded[bound]
        const known = own.get(loss) ?? (yield* calibrated(loss))
        own.set(loss, known)
        if (typeof known === "string") return undefined
        const settings = new Map([["clip_low_threshold", low], ["clip_high_threshold", high]])
        return yield* learn(loss, known, settings, sequences, advantages, (i, own) => ({ logprobs: old[i]!, advantages: own }))
      }),
    step: (how) =>
      Effect.gen(function*() {
        const model = yield* place.model
        const stepped = yield* Effect.mapError(Effect.flatten(model.step(adamOf(how))), failed(server, "step"))
        waiting = 0
        place.did("weights", how)
        return { gradientNorm: gradientNormIn(stepped) }
      })
  }
}
