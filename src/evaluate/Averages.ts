/** Averages of evaluations, and averages of averages. */
import * as Metric from "../pipeline/declare/Metric.ts"
import { mean } from "../pipeline/statistics.ts"

/** By the name of each average, the evaluations and other averages that it is the plain mean of. */
export type Averages = { readonly [name: string]: ReadonlyArray<string> }

/**
 * OVDEval's: proper nouns are the mean of three subsets, attributes of two, and `average` is the plain mean of the five
 * groups, whatever their sizes. Source: VLM-R1 findings, section 7.2, whose figures this rule gives to the last digit.
 */
export const ovdeval = {
  properNoun: ["celebrity", "logo", "landmark"],
  attribute: ["color", "material"],
  average: ["properNoun", "attribute", "position", "relationship", "negation"]
} as const

/**
 * Each average behind those that it rests on, in whatever order they were named: that of a stored config is another one. Those that
 * rest on something unknown, or on each other in a circle, are left out.
 */
const inOrder = (averages: Averages, evaluations: Iterable<string>): ReadonlyArray<readonly [name: string, members: ReadonlyArray<string>]> => {
  const known = new Set(evaluations)
  const left = new Map(Object.entries(averages))
  const found: Array<readonly [string, ReadonlyArray<string>]> = []
  for (let before = -1; before !== found.length;) {
    before = found.length
    for (const [name, members] of left) {
      if (!members.every((member) => known.has(member))) continue
      found.push([name, members])
      known.add(name)
      left.delete(name)
    }
  }
  return found
}

/** What is wrong with averages of these evaluations; undefined if nothing. */
export const problem = (averages: Averages, evaluations: ReadonlyArray<string>): string | undefined => {
  const twice = evaluations.find((label, i) => evaluations.indexOf(label) !== i)
  if (twice !== undefined) return `two of its evaluations are called "${twice}"; name each with \`as\`.`
  const clash = Object.keys(averages).find((name) => evaluations.includes(name))
  if (clash !== undefined) return `averages.${clash} has the name of an evaluation; give it another.`
  const names = [...evaluations, ...Object.keys(averages)]
  for (const [name, members] of Object.entries(averages)) {
    const unknown = members.find((member) => !names.includes(member))
    if (unknown !== undefined) return `averages.${name} is of "${unknown}", which is none of ${names.filter((one) => one !== name).join(", ")}.`
  }
  const good = new Set(inOrder(averages, evaluations).map(([name]) => name))
  const round = Object.keys(averages).find((name) => !good.has(name))
  return round === undefined ? undefined : `averages.${round} rests on itself, by way of its members.`
}

type Metrics = ReadonlyArray<Metric.Metric>

/** Metrics that tell better from worse are averaged, and sizes are added up. */
const isAveraged = ({ better, name }: Metric.Metric): boolean => better !== "neither" || name === Metric.sizeName

/** The metrics of each average: those that all its members have. `problem` must have found nothing. */
export const declared = (averages: Averages, evaluations: ReadonlyMap<string, Metrics>): ReadonlyMap<string, Metrics> => {
  const all = new Map(evaluations)
  for (const [name, members] of inOrder(averages, evaluations.keys())) {
    const [first = [], ...others] = members.map((member) => all.get(member)!)
    all.set(name, first.filter((metric) => isAveraged(metric) && others.every((one) => one.some(({ name }) => name === metric.name))))
  }
  return new Map(Object.keys(averages).map((name) => [name, all.get(name)!]))
}

type Values = ReadonlyMap<string, number>

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** The values of each average's metrics, by average; a metric that one of its members did not measure is left out. */
export const measure = (
  averages: Averages,
  metrics: ReadonlyMap<string, Metrics>,
  evaluations: ReadonlyMap<string, Values>
): ReadonlyMap<string, Values> => {
  const all = new Map(evaluations)
  for (const [average, members] of inOrder(averages, evaluations.keys())) {
    all.set(average, new Map(metrics.get(average)!.flatMap(({ name }) => {
      const values = members.flatMap((member) => all.get(member)?.get(name) ?? [])
      if (values.length < members.length) return []
      return [[name, name === Metric.sizeName ? sum(values) : mean(values)] as const]
    })))
  }
  return new Map(Object.keys(averages).map((name) => [name, all.get(name)!]))
}
