/** Whether a study's policies can do what its stages ask of them, where types could not tell. */
import type { Experiment } from "../declare/Experiment.ts"
import { type Node, partsOf } from "../declare/Node.ts"
import { isStage } from "../declare/Stage.ts"
import { InvalidExperiment } from "../Errors.ts"

/** A stage, or one nested in it, with a service that it asks for. */
interface Need {
  readonly node: Node
  readonly key: string
}

const needsOf = (node: Node): ReadonlyArray<Need> => [
  ...(isStage(node) ? node.needs.map((key) => ({ node, key })) : []),
  ...partsOf(node).flatMap(needsOf)
]

/** Services go by the last part of their keys. */
const called = (key: string): string => key.slice(key.lastIndexOf("/") + 1)

/** Throws `InvalidExperiment`, naming stage, service and policy, when a stage asks its policy for what that lacks. */
export const checkNeeds = ({ name, variants }: Pick<Experiment, "name" | "variants">): void => {
  for (const { name: variant, pipeline, policy } of variants) {
    const missing = pipeline.stages.flatMap(needsOf).find(({ key }) => !policy.offers.includes(key))
    if (missing === undefined) continue
    const { key, node } = missing
    const where = node.place === undefined ? "" : ` (${node.place})`
    const offers = policy.offers.length === 0 ? "nothing" : policy.offers.map(called).join(" and ")
    throw new InvalidExperiment({
      experiment: name,
      message: `${name}, ${variant}: the stage "${node.label}"${where} needs a policy that is a ${called(key)}, and the policy ` +
        `"${policy.name}" offers ${offers}. Name another policy, or take the stage out.`
    })
  }
}
