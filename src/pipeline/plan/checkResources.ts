/** Whether there is at all what stages need while they run. */
import * as Effect from "effect/Effect"
import { type Node, partsOf } from "../declare/Node.ts"
import { isStage } from "../declare/Stage.ts"
import { InvalidExperiment } from "../Errors.ts"
import { inBytes } from "../inBytes.ts"
import type { Amounts } from "../run/Resources.ts"
import type { Plan } from "./Plan.ts"

/** What a stage needs: its own and, as what it holds runs one after the other, the most that any of that needs. */
export const resourcesOf = (node: Node): Amounts => {
  const own = isStage(node) ? node.resources : {}
  const held = partsOf(node).map(resourcesOf)
  const names = new Set([own, ...held].flatMap((amounts) => Object.keys(amounts)))
  return Object.fromEntries([...names].map((name) => [name, (own[name] ?? 0) + Math.max(0, ...held.map((amounts) => amounts[name] ?? 0))]))
}

const said = (name: string, amount: number): string => name === "memory" ? `${inBytes(amount)} of memory` : `${amount} of "${name}"`

/** Fails with `InvalidExperiment`, naming stage and resource, when a stage that is to run needs what there is not. */
export const checkResources = ({ experiment: { name }, runs }: Plan, have: Amounts): Effect.Effect<void, InvalidExperiment> => {
  const ahead = runs.flatMap(({ record: { variant }, stages }) =>
    stages.filter(({ status }) => status._tag !== "finished").flatMap(({ label, stage }) =>
      Object.entries(resourcesOf(stage)).map(([resource, amount]) => ({ variant, label, resource, amount }))))
  const lack = ahead.find(({ amount, resource }) => amount > (have[resource] ?? 0))
  if (lack === undefined) return Effect.void
  const { amount, label, resource, variant } = lack
  const there = Object.hasOwn(have, resource) ? `and there is ${said(resource, have[resource]!)}` : "and nobody said how much of that there is"
  return Effect.fail(
    new InvalidExperiment({
      experiment: name,
      message: `${name}, ${variant}: the stage "${label}" needs ${said(resource, amount)}, ${there}. Say what there is with ` +
        `--have ${resource}=AMOUNT, or have the stage need less.`
    })
  )
}
