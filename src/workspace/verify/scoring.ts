/** Training steps judged again: the rewards of their stored completions. */
import { type Node, partsOf } from "../../pipeline/declare/Node.ts"
import { sum } from "../../reward/combine.ts"
import * as Summary from "../../reward/Summary.ts"
import type * as Store from "../../store/index.ts"
import type { Reward, Scorable } from "../../task/reward.ts"

/** How a loop scores. */
export interface Scoring {
  readonly reward: Reward
  /** It scores once a step, so that the step's numbers are those of all its completions together. */
  readonly once: boolean
}

const isReward = (node: Node | undefined): node is Reward => node !== undefined && "score" in node && "partNames" in node

const scorings = (node: Node, once: boolean): ReadonlyArray<Scoring> => {
  const reward = node.parts["reward"] as Node | undefined
  return node.kind === "reward" && node.name === "score" && isReward(reward)
    ? [{ reward, once }]
    : partsOf(node).flatMap((part) => scorings(part, node.kind === "loop"))
}

/** How the body of a loop scores; undefined where nothing in it does, or more than one stage. */
export const scoringOf = (loop: Node): Scoring | undefined => {
  const found = scorings(loop, false)
  return found.length === 1 ? found[0] : undefined
}

/** What was there as it was scored and is not stored: whoever looks into it is heard, and told nothing. */
const unstored = (heard: () => void): never => {
  const refuse = () => {
    heard()
    throw new Error("it is not stored")
  }
  return new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse }) as never // stands for anything
}

/** Where a stored completion was made: the image and the task of its prompt, and how far training was; of the prompt itself nothing. */
const scorable = (
  loop: Node,
  step: number,
  { completion, details, solution, tokenCount }: Store.RecordedSample,
  question: Pick<Scorable, "prompt" | "columns">
): Scorable => {
  const { image, task } = JSON.parse(details) as { readonly image?: string; readonly task?: string }
  const training = { step, steps: Number(loop.config["steps"]) }
  return { completion, solution, tokens: tokenCount, task, image, ...question, training }
}

/**
 * The scores of completions of a step of `loop`, in order, and what that step of them is summed up in. Undefined where the reward
 * looks into the question, or into the columns of its example: training has them, and nobody stores them.
 */
export const scored = ({ reward }: Scoring, loop: Node, step: number, samples: ReadonlyArray<Store.RecordedSample>) => {
  const judge = sum(reward)
  let isAsked = false
  const nothing = unstored(() => isAsked = true)
  const scores = samples.map((sample) => judge.score(scorable(loop, step, sample, { prompt: nothing, columns: nothing })))
  return isAsked ? undefined : { scores, metrics: Summary.ofStep(reward, scores, samples) }
}
