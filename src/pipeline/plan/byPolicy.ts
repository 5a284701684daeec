/** Runs by what policy they study: rows of a study may each have made the same one anew. */
import { type Node, partsOf } from "../declare/Node.ts"
import { stringify } from "./Canonical.ts"
import type { PlannedRun } from "./Plan.ts"

/** With what is no part of its fingerprint, such as how long it waits and what it costs. */
const allConfig = (node: Node): unknown => [node.config, ...partsOf(node).map(allConfig)]

/** The runs of each policy, in the order in which they stand. */
export const byPolicy = (runs: ReadonlyArray<PlannedRun>): ReadonlyArray<ReadonlyArray<PlannedRun>> =>
  [...Map.groupBy(runs, ({ initial, policy }) => stringify([initial.hash, allConfig(policy)])).values()]
