/** Training steps judged again: the rewards of their stored completions. */
import { type Node, partsOf } from "../../pipeline/declare/Node.ts"
import { sum } from "../../reward/combine.ts"
import * as Summary from "../../reward/Summary.ts"
import type * as Store from "../../store/index.ts"
import type { Reward } from "../../task/reward.ts"

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

/** The scores of completions, in order, and what a step of them is summed up in. */
export const scored = ({ reward }: Scoring, samples: ReadonlyArray<Store.RecordedSample>) => {
  const judge = sum(reward)
  const scores = samples.map(({ completion, solution, tokenCount: tokens }) => judge.score({ completion, solution, tokens }))
  return { scores, metrics: Summary.ofStep(reward, scores, samples) }
}
