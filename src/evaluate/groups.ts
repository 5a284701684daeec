/** Evaluations in groups, such as the subsets of OVDEval, with averages that have names. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Metric from "../pipeline/declare/Metric.ts"
import * as Node from "../pipeline/declare/Node.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { Recorder, type Recording } from "../pipeline/run/services.ts"
import type { Asking } from "../task/prompt.ts"
import * as Averages from "./Averages.ts"

const Name = Schema.NonEmptyString

type Evaluation = Pick<Stage.Any, "label" | "metrics">

/** The metrics of the evaluations themselves, without those of what they hold. */
export const ownMetrics = (evaluations: ReadonlyArray<Evaluation>): ReadonlyMap<string, ReadonlyArray<Metric.Metric>> =>
  new Map(evaluations.map(({ label, metrics }) => [label, metrics.filter(({ scope }) => scope === "")]))

/** The recorder of a nested evaluation, which also remembers the numbers that it is given. */
const remembering = (outer: Recording, as: string, label: string) => {
  const values = new Map<string, number>()
  const inner = outer.within(`${as}/${label}`)
  const recorder: Recording = {
    ...inner,
    metric: (name, value) => {
      values.set(name, value)
      inner.metric(name, value)
    },
    within: (scope) => outer.within(`${as}/${scope}`)
  }
  return { recorder, values }
}

const stage = Stage.define({
  kind: "evaluate",
  name: "groups",
  module: import.meta.url,
  config: Schema.Struct({ as: Name, averages: Schema.Record(Name, Schema.NonEmptyArray(Name)) }),
  parts: { evaluations: Node.list(Stage.part<Asking, unknown>()) },
  subject: "reads",
  gives: "input",
  problem: ({ averages }, { evaluations }) => Averages.problem(averages, evaluations.map(({ label }) => label)),
  metrics: ({ as, averages }, { evaluations }) => [
    ...evaluations.flatMap(({ label, metrics }) =>
      metrics.map((metric) => ({ ...metric, scope: `${as}/${metric.scope === "" ? label : metric.scope}` }))),
    ...[...Averages.declared(averages, ownMetrics(evaluations))].flatMap(([average, metrics]) =>
      metrics.map((metric) => ({ ...metric, scope: `${as}/${average}` })))
  ],
  run: ({ as, averages }, input: Asking, { evaluations }) =>
    Effect.gen(function*() {
      const recorder = yield* Recorder
      const found = new Map<string, ReadonlyMap<string, number>>()
      for (const evaluation of evaluations) {
        const own = remembering(recorder, as, evaluation.label)
        yield* Effect.provideService(evaluation.run(input), Recorder, own.recorder)
        found.set(evaluation.label, own.values)
      }
      const metrics = Averages.declared(averages, ownMetrics(evaluations))
      for (const [average, values] of Averages.measure(averages, metrics, found)) {
        for (const [name, value] of values) recorder.within(`${as}/${average}`).metric(name, value)
      }
    })
})

type AnyEvaluation = Stage.Passes<Asking, unknown, unknown>
type ErrorOf<S> = S extends Stage.Stage<never, unknown, infer E, unknown> ? E : never
type ServiceOf<S> = S extends Stage.Stage<never, unknown, unknown, infer R> ? R : never

/**
 * Several evaluations as one, each by its own name, and averages of them: `Evaluate.groups({ as: "ovdeval", averages:
 * Evaluate.ovdevalAverages }, ...)` of evaluations called celebrity, logo and so on records `ovdeval/celebrity/nmsAP`,
 * `ovdeval/properNoun/nmsAP` and `ovdeval/average/nmsAP`.
 *
 * An average is the plain mean of its members, evaluations or other averages, in every metric that tells better from
 * worse and that all of them measured; its size is the sum of theirs. Throws `InvalidConfig` when it names what there is not.
 */
export const groups = <const Evaluations extends ReadonlyArray<AnyEvaluation>>(
  config: { readonly as: string; readonly averages: Averages.Averages },
  ...evaluations: Evaluations
): Stage.Passes<Asking, ErrorOf<Evaluations[number]>, ServiceOf<Evaluations[number]> | Recorder> =>
  stage(config as Parameters<typeof stage>[0], { evaluations }) as never // `stage` knows nothing of their types
