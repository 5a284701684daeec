/** What must not compile. Each `@ts-expect-error` fails the type check when the line below it starts to compile. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import type { PolicyNode } from "../../../src/pipeline/declare/policyNode.ts"
import * as Define from "../../../src/pipeline/declare/Stage.ts"
import type { Stage } from "../../../src/pipeline/declare/Stage.ts"
import type { Rows } from "../../../src/pipeline/Rows.ts"
import { type BuiltIn, StageKey } from "../../../src/pipeline/run/services.ts"
import { prepared, training } from "../study.ts"
import * as Toy from "../toy.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const same = <A, B>(_equal: Equal<A, B>): void => {}

const accepts = <A>(_value: A): void => {}

const loopConfig = { steps: 1, batch: 1, checkpointEvery: 1 }
const sample = Toy.sample({ groupSize: 1 })
const score = Toy.score(Toy.low({ sharpness: 1 }))
const climb = Toy.climb({ rate: 1 })
const measure = Toy.measure({ mode: "sum" })

export const composition = () => {
  // what comes out of a pipeline is what its last stage gives
  same<typeof prepared, Pipeline.Pipeline<{ rows: Rows<number> }>>(true)
  accepts<Pipeline.Pipeline<Toy.Prompts, { message: string }, BuiltIn | Toy.Vector>>(
    training(Toy.low({ sharpness: 1 }))
  )
  // the loop needs what its body needs, and nothing that it provides itself
  const loop = Pipeline.loop(loopConfig, sample, score, climb)
  accepts<Stage<Toy.Prompts, unknown, { message: string }, BuiltIn | Toy.Vector>>(loop)

  // a source comes first and only there
  // @ts-expect-error a filter is no source
  Pipeline.from(Toy.atMost({ limit: 1 }))
  // @ts-expect-error prompts before a filter on data
  prepared.pipe(Toy.atMost({ limit: 1 }))
  // @ts-expect-error a reward before the rollout, in a pipeline
  prepared.pipe(score, sample)
  // @ts-expect-error a reward before the rollout, in a loop
  Pipeline.loop(loopConfig, score, sample, climb)
  // @ts-expect-error an update without a reward
  Pipeline.loop(loopConfig, sample, climb)
  // @ts-expect-error a loop that throws its last result away
  Pipeline.loop(loopConfig, sample, score)
  // @ts-expect-error a loop over something without prompts
  Pipeline.loop(loopConfig, Toy.atMost({ limit: 1 }))
  // a stage after a stage that takes it compiles, at any length
  prepared.pipe(loop, measure, loop, measure, loop, measure, loop, measure, loop, measure)
  // an axis may hold several types of stages for one place
  prepared.pipe(Pipeline.loop(loopConfig, sample, score, Math.random() > 2 ? climb : Toy.breakAt({ message: "" })))
}

export const randomness = () => {
  const definition = { kind: "filter", name: "draw", module: import.meta.url, config: Schema.Struct({}) } as const
  const run = (_config: object, input: Toy.Numbers) => Effect.map(StageKey, ({ hi }) => ({ values: [...input.values, hi] }))
  Define.define({ ...definition, random: true, run })
  // @ts-expect-error it draws, and does not say so
  Define.define({ ...definition, run })
  // @ts-expect-error it draws, and says that it does not
  Define.define({ ...definition, random: false, run })
  // one that holds others may hand the key on to them
  Define.define({ ...definition, parts: { part: Define.part<Toy.Numbers, Toy.Numbers>() }, run })
}

export const configs = () => {
  // @ts-expect-error a string for a number
  Toy.sample({ groupSize: "8" })
  // @ts-expect-error a mode that does not exist
  Toy.measure({ mode: "median" })
  // @ts-expect-error a missing key
  Pipeline.loop({ steps: 1, batch: 1 }, sample, score, climb)
  // @ts-expect-error an unknown key
  Toy.climb({ rate: 1, speed: 2 })
}

const base = { question: "?", policy: Toy.vector({ size: 1 }), seeds: 1, table: { metrics: [] } } as const
const tastes = { low: Toy.low({ sharpness: 1 }), high: Toy.high({ sharpness: 1 }) }
const axes = { taste: tastes, rate: { slow: 0.1, fast: 1 } }

export const experiments = () => {
  Experiment.make("cells", {
    ...base,
    axes,
    baseline: { taste: "low", rate: "fast" },
    cells: [{ taste: "low", rate: "fast" }],
    exclude: [{ taste: "high" }],
    pipeline: ({ rate, taste }) => {
      same<typeof rate, number>(true)
      same<typeof taste, Toy.Taste>(true)
      return prepared.pipe(Pipeline.loop(loopConfig, sample, Toy.score(taste), Toy.climb({ rate })))
    }
  })
  // @ts-expect-error an axis that does not exist
  Experiment.make("axis", { ...base, axes, pipeline: ({ colour }) => colour })
  // @ts-expect-error a label that does not exist
  Experiment.make("label", { ...base, axes, baseline: { taste: "sour", rate: "fast" }, pipeline: () => prepared })
  // @ts-expect-error a baseline that leaves an axis open
  Experiment.make("open", { ...base, axes, baseline: { taste: "low" }, pipeline: () => prepared })
  // @ts-expect-error a cell with a wrong label
  Experiment.make("cell", { ...base, axes, cells: [{ taste: "low", rate: "medium" }], pipeline: () => prepared })
  // @ts-expect-error table rows of an axis that does not exist
  Experiment.make("rows", { ...base, axes, table: { rows: "colour", metrics: [] }, pipeline: () => prepared })
  // the policy may depend on the cell
  Experiment.make("policies", {
    ...base,
    axes: { size: { small: 1, large: 9 } },
    policy: ({ size }) => Toy.vector({ size }),
    pipeline: (_) => prepared.pipe(measure)
  })
  // and so may the stages
  Experiment.make("methods", {
    ...base,
    axes: { method: { none: false, training: true } },
    pipeline: ({ method }) => method ? training(Toy.low({ sharpness: 1 })) : prepared.pipe(measure)
  })
}

export const policies = (mute: PolicyNode<never>) => {
  Experiment.make("mute", { ...base, policy: mute, pipeline: () => prepared })
  // @ts-expect-error a policy without the service that the stages ask for
  Experiment.make("mute", { ...base, policy: mute, pipeline: () => prepared.pipe(measure) })
  const references = { base: prepared.pipe(measure) }
  // @ts-expect-error the same in a reference row
  Experiment.make("mute", { ...base, policy: mute, pipeline: () => prepared, references })
}
