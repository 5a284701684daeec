/** Whether what deals with rows of some kinds only is given no others. */
import type { Experiment } from "../declare/Experiment.ts"
import { type Node, partsOf } from "../declare/Node.ts"
import { isStage } from "../declare/Stage.ts"
import { InvalidExperiment } from "../Errors.ts"

type Kinds = ReadonlyArray<string> | undefined

interface Lack {
  readonly node: Node
  readonly kinds: ReadonlyArray<string>
}

/** What a node, or one that it holds, cannot deal with of the kinds that come to it; a stage that makes rows gives those. */
const lacksIn = (node: Node, given: Kinds): ReadonlyArray<Lack> => {
  const kinds = (isStage(node) ? node.makes : undefined) ?? given
  const missing = (kinds ?? []).filter((kind) => node.covers?.includes(kind) === false)
  return [
    ...(missing.length === 0 ? [] : [{ node, kinds: missing }]),
    ...partsOf(node).flatMap((part) => lacksIn(part, kinds))
  ]
}

const list = (names: ReadonlyArray<string>): string => names.map((name) => `"${name}"`).join(", ")

/** Throws `InvalidExperiment`, naming node and kinds, when a node is given rows of a kind that it does not cover. */
export const checkKinds = ({ name, variants }: Pick<Experiment, "name" | "variants">): void => {
  for (const { name: variant, pipeline } of variants) {
    let kinds: Kinds
    for (const stage of pipeline.stages) {
      const [lack] = lacksIn(stage, kinds)
      if (lack !== undefined) {
        const { node } = lack
        const where = node.place === undefined ? "" : ` (${node.place})`
        throw new InvalidExperiment({
          experiment: name,
          message: `${name}, ${variant}: the ${node.kind} "${node.label}"${where} deals with ${list(node.covers ?? [])}, and is given ` +
            `${list(lack.kinds)} too. Add what is missing to it, or leave those rows out.`
        })
      }
      if (stage.gives === "output") kinds = stage.makes
    }
  }
}
