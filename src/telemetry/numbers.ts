/** Numbers of what the journal writes down: runs and stages, rows, tokens, the reward. */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"

type Attributes = { readonly [name: string]: string }

const descriptions = {
  runs: "Runs that ended, by how",
  stages: "Stages that ended, or were finished before, by how",
  rows: "Rows of runs.db that are committed, by table",
  tokens: "Tokens of completions that are committed, of those that somebody counted",
  reward: "Mean reward of the last step"
}

type Name = keyof typeof descriptions

/** `registry` is where they are kept until they are sent. */
export const numbersOf = (registry: Context.Context<never>) => ({
  add: (name: Exclude<Name, "reward">, attributes: Attributes, by = 1): void => {
    const counter = Metric.counter(`assay.${name}`, { description: descriptions[name], attributes, incremental: true })
    if (by > 0) counter.updateUnsafe(by, registry)
  },
  set: (name: "reward", attributes: Attributes, value: number): void => {
    Metric.gauge(`assay.${name}`, { description: descriptions[name], attributes }).updateUnsafe(value, registry)
  }
})

export type Numbers = ReturnType<typeof numbersOf>
