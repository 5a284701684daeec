/** What trainers' metrics are called here, with their units: what means the same has the same name in every view. */
import * as Metric from "../pipeline/declare/Metric.ts"

/** Ours, by the names that trainers give it. Only what is computed alike is here; `reward_std` is one thing in one version and another in the next. */
const known: ReadonlyArray<readonly [ours: Metric.Metric, theirs: ReadonlyArray<string>]> = [
  [Metric.make("reward", "", "higher", "completion"), ["reward", "critic/score/mean"]],
  [Metric.make("loss", "", "lower", "token"), ["loss"]],
  [Metric.make("kl", "nats", "neither", "token"), ["kl", "actor/kl_loss"]],
  [Metric.make("entropy", "nats", "neither", "token"), ["entropy", "entropy/mean", "actor/entropy"]],
  [Metric.make("clipFraction", "share", "neither", "token"), ["clip_ratio/region_mean", "actor/pg_clipfrac"]],
  [Metric.make("gradientNorm", "", "neither", "step"), ["grad_norm", "actor/grad_norm"]],
  [Metric.make("learningRate", "", "neither", "step"), ["learning_rate", "actor/lr"]],
  [Metric.make("flatGroups", "share", "lower", "group"), ["frac_reward_zero_std"]],
  [Metric.make("completionLength", "tokens", "neither", "completion"), ["completions/mean_length", "response_length/mean"]],
  [Metric.make("completionLengthMax", "tokens", "neither", "completion"), ["completions/max_length", "response_length/max"]],
  [Metric.make("truncated", "share", "lower", "completion"), ["completions/clipped_ratio", "response_length/clip_ratio"]]
]

const byTheirs = new Map(known.flatMap(([ours, theirs]) => theirs.map((name) => [name, ours] as const)))

/** The metric of a part of the reward. */
export const ofPart = (part: string): Metric.Metric => Metric.make(`reward/${part}`, "", "higher", "completion")

/** A trainer's metric as it is called and declared here. What has no name here keeps its own, without unit and direction. */
export const named = (theirs: string): Metric.Metric => {
  const ours = byTheirs.get(theirs)
  if (ours !== undefined) return ours
  const part = /^rewards\/([^/]+)\/mean$/.exec(theirs)?.[1]
  return part === undefined ? Metric.make(theirs, "", "neither", "step") : ofPart(part)
}
