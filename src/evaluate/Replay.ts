/** A sampler that says again what was once answered: an evaluation that asks it is judged anew, without a model. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Behaviour } from "../pipeline/declare/Stage.ts"
import { exits } from "../pipeline/Errors.ts"
import { PolicyError } from "../policy/policyError.ts"
import { Sampler } from "../policy/sampler.ts"
import type { Said } from "../task/Task.ts"
import type { Size } from "../vision/Box.ts"

/** A stored answer: what was said, the prompt as the model read it, and at which size it saw which image. */
export interface Stored extends Said {
  readonly prompt: string
  readonly image: Size
  readonly input: Size
}

const keyOf = ({ height, width }: Size): string => `${width} x ${height}`

const failed = (operation: string, message: string) => new PolicyError({ operation, message, exitCode: exits.mismatch })

/**
 * The answers in the order in which they were given, one a question. Fails with `PolicyError` where more is asked than was
 * answered, or about an image of a size that none of them saw. Rendered prompts are the stored ones: without the model's
 * chat template they cannot be made again.
 */
const replay = (answers: ReadonlyArray<Stored>): Sampler["Service"] => {
  const sizes = new Map(answers.map(({ image, input }) => [keyOf(image), input]))
  let [sampled, rendered] = [0, 0]
  return {
    inputSize: (size) => {
      const found = sizes.get(keyOf(size))
      return found === undefined
        ? Effect.fail(failed("inputSize", `no stored answer is about an image of ${keyOf(size)} pixels`))
        : Effect.succeed(found)
    },
    render: () => Effect.succeed(answers[rendered++]?.prompt ?? ""),
    sample: (questions) => {
      const taken = answers.slice(sampled, sampled + questions.length)
      sampled += questions.length
      return taken.length < questions.length
        ? Effect.fail(failed("sample", `${answers.length} answers are stored, and more is asked`))
        : Effect.succeed(taken.map(({ finishReason, text, tokenCount }) => [{
          text,
          finishReason,
          tokens: Array.from<number>({ length: tokenCount }).fill(0),
          logprobs: []
        }]))
    }
  }
}

/** The answers as a layer, for a stage that asks them. */
export const layer = (answers: ReadonlyArray<Stored>): Layer.Layer<Sampler> => Layer.succeed(Sampler, replay(answers))

/** Whether a stage needs no more of a policy than its answers. */
export const suffices = ({ needs }: Pick<Behaviour, "needs">): boolean => needs.every((key) => key === Sampler.key)
