/** Which samples a metric is of. */
import type { Answer } from "../../shell/ask.ts"

export type Group = Answer<"/api/samples/places">["groups"][number]

/** What metrics of a group begin with: the scope of a nested evaluation, else the label of the stage. */
const nameOf = ({ label, scope }: Group): string => scope === "" ? label : scope

/** The group whose name a metric such as `loop/reward/ap` begins with; of several the longest name, as names and metrics may have slashes. */
export const groupOfMetric = (groups: ReadonlyArray<Group>, metric: string): Group | undefined =>
  groups.filter((group) => metric.startsWith(`${nameOf(group)}/`)).toSorted((a, b) => nameOf(b).length - nameOf(a).length)[0]
