/** Grouped evaluations: their members by scope, and their averages from what the members measure now. */
import * as Averages from "../../evaluate/Averages.ts"
import { ownMetrics } from "../../evaluate/groups.ts"
import type { Node } from "../../pipeline/declare/Node.ts"
import type { Any } from "../../pipeline/declare/Stage.ts"

interface Group {
  readonly as: string
  readonly averages: Averages.Averages
  readonly evaluations: ReadonlyArray<Any>
}

const groupOf = ({ config, kind, name, parts }: Node): Group | undefined =>
  kind === "evaluate" && name === "groups"
    ? { ...(config as unknown as Pick<Group, "as" | "averages">), evaluations: parts["evaluations"] as unknown as ReadonlyArray<Any> }
    : undefined

/** The evaluations of a group by their scopes; none of any other stage. */
export const membersOf = (node: Node): ReadonlyMap<string, Any> => {
  const group = groupOf(node)
  return new Map(group?.evaluations.map((one) => [`${group.as}/${one.label}`, one]))
}

/** Metrics of a group's averages, by scope and name, from the members' metrics by scope. */
export const averagesOf = (
  node: Node,
  measured: ReadonlyMap<string, ReadonlyMap<string, number>>
): ReadonlyArray<{ readonly scope: string; readonly name: string; readonly value: number }> => {
  const group = groupOf(node)
  if (group === undefined) return []
  const { as, averages, evaluations } = group
  const members = new Map(evaluations.map(({ label }) => [label, measured.get(`${as}/${label}`) ?? new Map<string, number>()]))
  const found = Averages.measure(averages, Averages.declared(averages, ownMetrics(evaluations)), members)
  return [...found].flatMap(([average, values]) => [...values].map(([name, value]) => ({ scope: `${as}/${average}`, name, value })))
}
