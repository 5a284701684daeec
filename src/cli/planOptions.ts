/** From the words of the command line to what the engine takes. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Experiment } from "../pipeline/declare/Experiment.ts"
import * as Grid from "../pipeline/declare/Grid.ts"
import { labels } from "../pipeline/declare/Paths.ts"
import { unknownName } from "../pipeline/near.ts"
import type { PlanOptions } from "../workspace/index.ts"
import { type Failure, usage } from "./failure.ts"
import type { Study } from "./flags.ts"

/** Labels of one axis add up, different axes narrow down. */
export const patterns = (only: Study["only"]): ReadonlyArray<{ readonly [axis: string]: string }> => {
  if (only.length === 0) return []
  const byAxis = Map.groupBy(only, ({ axis }) => axis)
  return Grid.product(
    Object.fromEntries([...byAxis].map(([axis, all]) => [axis, [...new Set(all.map(({ label }) => label))]]))
  )
}

/** The first word of the options that the study does not know, as a usage error with what comes near it. */
const mistake = (experiment: Experiment, options: Study): Failure | undefined => {
  const known = Object.keys(experiment.axes)
  const scales = Object.keys(experiment.scales)
  const stages = [...new Set(experiment.variants.flatMap((variant) => labels(variant.pipeline.stages)))]
  const scale = Option.getOrUndefined(options.scale)
  if (scale !== undefined && !scales.includes(scale)) {
    return usage(unknownName("scale", scale, scales, "The study declares no scales."))
  }
  for (const { axis, label } of options.only) {
    const found = Object.hasOwn(experiment.axes, axis) ? experiment.axes[axis] : undefined
    if (found === undefined) return usage(unknownName("axis", axis, known, "The study has no axes."))
    if (!found.includes(label)) return usage(unknownName(`label of axis "${axis}" called`, label, found, ""))
  }
  const stage = options.force.find((name) => !stages.includes(name))
  return stage === undefined ? undefined : usage(unknownName("stage to force called", stage, stages, ""))
}

/** The options as the engine takes them, or a usage error. */
export const planOptions = (experiment: Experiment, options: Study): Effect.Effect<PlanOptions, Failure> => {
  const wrong = mistake(experiment, options)
  return wrong !== undefined ? Effect.fail(wrong) : Effect.succeed({
    overrides: Object.fromEntries(options.set.map(({ path, value }) => [path, value])),
    scale: Option.getOrUndefined(options.scale),
    only: patterns(options.only),
    seeds: Option.getOrUndefined(options.seeds),
    force: options.force,
    needed: options.needed
  })
}
