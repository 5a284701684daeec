/** Answers of the weights that are trained here, by a sampler that has to be given them. */
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import { PolicyError } from "../policyError.ts"
import type { Completion, Sampler } from "../sampler.ts"
import type { Trainer } from "../trainer.ts"
import type { Courier } from "./Courier.ts"

type Sample = Sampler["Service"]["sample"]
type Questions = Parameters<Sample>[0]

export interface Places {
  /** Who answers. */
  readonly sampler: Sampler["Service"]
  /** The same model where it is trained. */
  readonly local: Sampler["Service"]
  readonly trainer: Trainer["Service"]
  readonly courier: Courier
}

/** How often answers of other weights are asked for again. */
const attempts = 3

const failure = (message: string) => new PolicyError({ operation: "sample", message, exitCode: exits.invalid })

/** Fails where the two would see a picture at different sizes, for what is trained is not what was asked then. */
const checkSizes = ({ local, sampler }: Places) =>
  Effect.gen(function*() {
    if (local.pixelLimits === undefined || sampler.pixelLimits === undefined) return
    const [here, there] = [yield* local.pixelLimits, yield* sampler.pixelLimits]
    if (here.minPixels === there.minPixels && here.maxPixels === there.maxPixels) return
    return yield* failure(
      `The sampler keeps pictures between ${there.minPixels} and ${there.maxPixels} pixels, the trainer between ${here.minPixels} and ` +
        `${here.maxPixels}. Name the trainer's folder as the sampler's \`folder\`.`
    )
  })

/** The answers with the trainer's log-probabilities where the sampler told none. */
const completed = ({ trainer }: Places, questions: Questions, answers: ReadonlyArray<ReadonlyArray<Completion>>) =>
  Effect.gen(function*() {
    const untold = answers.flatMap((group, i) => group.filter(({ logprobs, tokens }) => logprobs.length < tokens.length).map((one) => ({ one, i })))
    if (untold.length === 0) return answers
    if (untold.some(({ one }) => one.tokens.every((id) => id === 0))) {
      return yield* failure("The sampler does not tell its tokens. Name the trainer's folder as its `folder`, whose tokenizer they are found by.")
    }
    const found = yield* trainer.logprobs(untold.map(({ i, one: { tokens } }) => ({ question: questions[i]!, tokens })), "current")
    const logprobs = new Map(untold.map(({ one }, k) => [one, found[k]!]))
    return answers.map((group) => group.map((one) => ({ ...one, logprobs: logprobs.get(one) ?? one.logprobs })))
  })

/** Sampling by whoever has the weights of now, from before the first answer until after the last. */
export const samplesOf = (places: Places): Effect.Effect<Sample> =>
  Effect.map(Effect.cached(checkSizes(places)), (checked): Sample => {
    const { courier, sampler } = places
    return Effect.fnUntraced(function*(questions, options) {
      yield* checked
      for (let attempt = 0; attempt < attempts; attempt++) {
        yield* courier.deliver
        const answers = yield* sampler.sample(questions, options)
        if (yield* courier.arrived) return yield* completed(places, questions, answers)
      }
      return yield* failure(
        `${attempts} times other weights took the place of the trained ones while the sampler answered. Let one run at a time sample from it (--jobs 1), or use adapters.`
      )
    })
  })
