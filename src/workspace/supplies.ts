/** What a study takes from elsewhere, such as a model by its name: told of, and brought. */
import * as Effect from "effect/Effect"
import type { Experiment } from "../pipeline/declare/Experiment.ts"
import { type Node, partsOf, type Supply } from "../pipeline/declare/Node.ts"
import { stringify } from "../pipeline/plan/Canonical.ts"
import type { Plan } from "../pipeline/plan/Plan.ts"

export type { Supply } from "../pipeline/declare/Node.ts"

const within = (node: Node): ReadonlyArray<Node> => [node, ...partsOf(node).flatMap(within)]

/** Each node once that takes something, of those that these hold. */
const taking = (nodes: ReadonlyArray<Node>): ReadonlyArray<Node> => {
  const all = nodes.flatMap(within).filter(({ supply }) => supply !== undefined)
  return [...new Map(all.map((node) => [stringify([node.kind, node.name, node.config]), node])).values()]
}

const suppliesOf = (nodes: ReadonlyArray<Node>) =>
  Effect.map(Effect.forEach(taking(nodes), ({ supply }) => supply!), (all) =>
    all.filter((supply): supply is Supply => supply !== undefined && supply.files > 0))

/** What is still to come before a plan can run: of runs with something left to do, as what they read may be read again. */
export const supplies = (plan: Plan) =>
  suppliesOf(plan.runs.filter(({ stages }) => stages.some(({ status }) => status._tag !== "finished")).flatMap(({ policy, stages }) =>
    [policy, ...stages.map(({ stage }) => stage)]
  ))

/** What is still to come of a study as it was declared. */
export const suppliesOfStudy = ({ variants }: Experiment) =>
  suppliesOf(variants.flatMap(({ pipeline, policy }) => [policy, ...pipeline.stages]))

/** Brings all that is still to come, one after the other. */
export const bring = (plan: Plan) =>
  Effect.flatMap(supplies(plan), (all) => Effect.forEach(all, ({ bring }) => bring, { discard: true }))
