/** The metrics that an experiment recorded and the parts of its rewards, with what each is. */
import { metrics, type Measures } from "../definitions/metrics.ts"
import { rewards, type Definition } from "../definitions/rewards.ts"
import type { Account } from "./account.ts"

const groups: { readonly [name: string]: Measures } = metrics

/** What a metric is; one of several tasks is that of the evaluation, where its name is known. */
const whatOf = (name: string, evaluation: string | undefined): string => {
  const key = name.startsWith("reward/") ? "reward/PART" : name
  const own = evaluation === undefined ? undefined : groups[evaluation]?.metrics[key]
  const found = own === undefined ? Object.values(groups).flatMap((group) => group.metrics[key] ?? []) : [own]
  return [...new Set(found)].join(" Or: ") || "Recorded by a stage or a trainer of the study's own."
}

export interface DefinedMetric {
  readonly scope: string
  readonly name: string
  readonly unit: string
  readonly better: string
  readonly counts: string
  readonly what: string
}

/** Where a metric stands among the definitions, which lean on those before them. */
const placeOf = (name: string): number =>
  Object.values(groups).flatMap((group) => Object.keys(group.metrics)).indexOf(name.startsWith("reward/") ? "reward/PART" : name)

/** Every metric that any row has, by the scope that recorded it, in the order of the definitions. */
export const metricsOf = ({ rows, source }: Account): ReadonlyArray<DefinedMetric> => {
  const stages = rows.flatMap((row) => row.stages)
  const seen = new Map(source.ablation.map((row) => [JSON.stringify([row.scope, row.name]), row]))
  return [...seen.values()].toSorted((a, b) => placeOf(a.name) - placeOf(b.name)).map(({ better, counts, name, scope, unit }) => {
    const stage = stages.find(({ label }) => label === scope)
    const trains = stage !== undefined && stage.kind !== "evaluate"
    const evaluation = trains ? ["scoring", "update", "dynamic", "sft"].find((group) => name in groups[group]!.metrics) : stage?.name
    return { scope, name, unit, better, counts, what: whatOf(name, evaluation) }
  })
}

export interface DefinedReward extends Definition {
  readonly part: string
}

const known: { readonly [name: string]: Definition } = rewards
const order = Object.keys(known)

/** Every part of a reward that any completion has, in the order of the definitions; those of the study's own come first. */
export const rewardsOf = ({ parts }: Account): ReadonlyArray<DefinedReward> =>
  [...new Set(parts.map(({ part }) => part))].toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
    .map((part) => ({ part, ...(Object.hasOwn(known, part) ? known[part]! : { range: "", what: "The study's own; its file says what it gives." }) }))
