/** What of a study is to run: variants, seeds, scale. */
import { InvalidExperiment } from "../Errors.ts"
import type { Experiment, Variant } from "../declare/Experiment.ts"
import * as Grid from "../declare/Grid.ts"

const invalid = (experiment: Experiment, message: string) =>
  new InvalidExperiment({ experiment: experiment.name, message: `${experiment.name}: ${message}` })

/** Throws `InvalidExperiment` when two variants share a name or a seed is no non-negative integer or comes twice. */
export const check = (experiment: Experiment, seeds: ReadonlyArray<number>): void => {
  const names = experiment.variants.map((variant) => variant.name)
  const twice = new Set(names).size === names.length ? undefined : names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw invalid(experiment, `two variants are called "${twice}".`)
  const bad = seeds.find((seed, i) => !Number.isSafeInteger(seed) || seed < 0 || seeds.indexOf(seed) !== i)
  if (bad !== undefined) throw invalid(experiment, `seed ${bad} is given twice or is no non-negative integer.`)
  if (names.length === 0 || seeds.length === 0) {
    throw invalid(experiment, "there is nothing to run: no variants or no seeds.")
  }
}

/**
 * The variants that have the labels of one of the patterns; all of them without patterns.
 *
 * Throws `InvalidExperiment` for an axis or label that the study does not have, or when no variant is left.
 */
export const only = (
  experiment: Experiment,
  patterns: ReadonlyArray<{ readonly [axis: string]: string }>
): ReadonlyArray<Variant> => {
  if (patterns.length === 0) return experiment.variants
  for (const [axis, label] of patterns.flatMap((pattern) => Object.entries(pattern))) {
    const labels = Object.hasOwn(experiment.axes, axis) ? experiment.axes[axis] : undefined
    if (labels === undefined) {
      const known = Object.keys(experiment.axes).join(", ") || "none"
      throw invalid(experiment, `there is no axis "${axis}"; the axes are ${known}.`)
    }
    if (!labels.includes(label)) {
      throw invalid(experiment, `axis "${axis}" has no "${label}"; it has ${labels.map((l) => `"${l}"`).join(", ")}.`)
    }
  }
  const chosen = experiment.variants.filter((variant) => patterns.some((pattern) => Grid.fits(variant.cell, pattern)))
  if (chosen.length === 0) throw invalid(experiment, "no variant has all of the labels that were asked for.")
  return chosen
}

/** Overrides of a named scale. Throws `InvalidExperiment` for an unknown one. */
export const scale = (experiment: Experiment, name: string | undefined): Experiment["scales"][string] => {
  if (name === undefined) return {}
  if (Object.hasOwn(experiment.scales, name)) return experiment.scales[name]!
  const known = Object.keys(experiment.scales).join(", ")
  const which = known === "" ? "the study declares no scales" : `the scales are ${known}`
  throw invalid(experiment, `there is no scale "${name}"; ${which}.`)
}
