/** A study small enough to follow by hand: the policy is a vector that drifts towards what the reward likes. */
import { readFile, writeFile } from "node:fs/promises"
import { LoopStep, Metric, Node, Policy, Random, Recorder, Rows, Stage, StageKey, Subject } from "assay/engine"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

export interface Numbers {
  readonly values: ReadonlyArray<number>
}

export interface Prompts {
  readonly rows: Rows.Rows<number>
}

export interface Batch {
  readonly rows: ReadonlyArray<number>
}

export interface Rollouts {
  readonly draws: ReadonlyArray<number>
}

export interface Scored extends Rollouts {
  readonly rewards: ReadonlyArray<number>
}

export class Broken extends Schema.TaggedError<Broken>()("Broken", { message: Schema.String }) {}

/** The toy's policy: numbers that can be read and moved, with a velocity as its optimiser state. */
export class Vector extends Context.Service<Vector, {
  readonly weights: () => ReadonlyArray<number>
  readonly move: (direction: number) => Effect.Effect<void>
  readonly set: (weight: number) => Effect.Effect<void>
}>()("test/Vector") {}

/** What happened to the policies of a test. */
export const log: { built: number; released: number; loads: Array<string>; ran: Array<string> } = {
  built: 0,
  released: 0,
  loads: [],
  ran: []
}

export const resetLog = () => {
  log.built = 0
  log.released = 0
  log.loads = []
  log.ran = []
}

const vectorLayer = (size: number): Layer.Layer<Vector | Subject, Broken> =>
  Layer.effectContext(Effect.gen(function*() {
    log.built++
    yield* Effect.addFinalizer(() => Effect.sync(() => log.released++))
    let weights = Array.from({ length: size }, () => 0)
    let velocity = 0
    const files = <A>(use: () => Promise<A>) =>
      Effect.tryPromise({ try: use, catch: (cause) => new Broken({ message: String(cause) }) })
    return Context.make(Vector, {
      weights: () => weights,
      move: (direction) =>
        Effect.sync(() => {
          velocity = 0.9 * velocity + direction
          weights = weights.map((weight, i) => weight + velocity / (i + 3))
        }),
      set: (weight) =>
        Effect.sync(() => {
          weights = weights.map(() => weight)
        })
    }).pipe(Context.add(Subject, {
      save: (path, what) => {
        const state = what === "weights" ? { weights } : { weights, velocity }
        return files(() => writeFile(path, JSON.stringify(state)))
      },
      load: (path) =>
        Effect.gen(function*() {
          log.loads.push(path === "initial" ? "initial" : "file")
          const state = path === "initial"
            ? { weights: weights.map(() => 0) }
            : JSON.parse(yield* files(() => readFile(path, "utf8"))) as { weights: Array<number>; velocity?: number }
          weights = state.weights
          velocity = "velocity" in state ? state.velocity ?? 0 : 0
        })
    }))
  }))

const VectorConfig = Schema.Struct({ size: Schema.Int.check(Schema.isGreaterThan(0)) })

export const vector = Policy.define({
  name: "vector",
  module: import.meta.url,
  config: VectorConfig,
  offers: [Vector],
  content: ({ size }) => Effect.succeed(`vector of ${size}`),
  layer: ({ size }) => vectorLayer(size)
})

export const count = Stage.define({
  kind: "data",
  name: "count",
  module: import.meta.url,
  config: Schema.Struct({ to: Schema.Int }),
  repeatable: true,
  run: ({ to }, _input: void) =>
    Effect.sync((): Numbers => {
      log.ran.push("count")
      return { values: Array.from({ length: to }, (_, i) => i) }
    })
})

export const atMost = Stage.define({
  kind: "filter",
  name: "atMost",
  module: import.meta.url,
  config: Schema.Struct({ limit: Schema.Finite }),
  run: ({ limit }, input: Numbers) => Effect.succeed({ values: input.values.filter((value) => value <= limit) })
})

export const ask = Stage.define({
  kind: "prompt",
  name: "ask",
  module: import.meta.url,
  config: Schema.Struct({ scale: Schema.Finite }),
  run: ({ scale }, input: Numbers) =>
    Effect.succeed({ rows: Rows.of(input.values.map((value) => value * scale)) } satisfies Prompts)
})

export const sample = Stage.define({
  kind: "rollout",
  name: "sample",
  module: import.meta.url,
  config: Schema.Struct({ groupSize: Schema.Int }),
  subject: "reads",
  needs: [Vector],
  random: true,
  run: ({ groupSize }, input: Batch) =>
    Effect.gen(function*() {
      const key = yield* StageKey
      const bias = (yield* Vector).weights().reduce((sum, weight) => sum + weight, 0)
      return {
        draws: input.rows.flatMap((prompt, i) =>
          Array.from({ length: groupSize }, (_, j) => prompt + bias + Random.uniformAt(Random.fold(key, i, j), 0)))
      } satisfies Rollouts
    })
})

export interface Taste extends Node.Node {
  readonly judge: (draw: number) => number
}

const tasteOf = (name: string, judge: (draw: number, sharpness: number) => number) => {
  const make = Node.define(
    { kind: "reward", name, module: import.meta.url, config: Schema.Struct({ sharpness: Schema.Finite }) },
    ({ sharpness }) => ({ judge: (draw: number) => judge(draw, sharpness) })
  )
  return (config: { readonly sharpness: number }): Taste => make(config, {})
}

export const low = tasteOf("low", (draw, sharpness) => 1 / (1 + sharpness * Math.abs(draw)))
export const high = tasteOf("high", (draw, sharpness) => Math.tanh(sharpness * draw))

const scoreStage = Stage.define({
  kind: "reward",
  name: "score",
  module: import.meta.url,
  config: Schema.Struct({}),
  parts: { taste: Node.part<Taste>() },
  run: (_config, input: Rollouts, { taste }) =>
    Effect.gen(function*() {
      const rewards = input.draws.map((draw) => taste.judge(draw))
      const recorder = yield* Recorder
      recorder.metric("reward", rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length)
      recorder.progress(rewards.length, rewards.length)
      return { ...input, rewards } satisfies Scored
    })
})

export const score = (taste: Taste) => scoreStage({}, { taste })

export const climb = Stage.define({
  kind: "update",
  name: "climb",
  module: import.meta.url,
  config: Schema.Struct({ rate: Schema.Finite }),
  subject: "changes",
  needs: [Vector],
  run: ({ rate }, input: Scored) =>
    Effect.gen(function*() {
      const direction = input.rewards.reduce((sum, reward, i) => sum + reward * Math.sin(input.draws[i]!), 0)
      yield* (yield* Vector).move(rate * direction)
      ;(yield* Recorder).metric("direction", direction)
    })
})

/** Moves the weights by one of these numbers a step, so that a test knows which step is best. */
export const swing = Stage.define({
  kind: "update",
  name: "swing",
  module: import.meta.url,
  config: Schema.Struct({ by: Schema.Array(Schema.Finite) }),
  subject: "changes",
  needs: [Vector],
  run: ({ by }, _input: Scored) =>
    Effect.gen(function*() {
      const { step } = yield* LoopStep
      yield* (yield* Vector).set(by[step]!)
    })
})

export const breakAt = Stage.define({
  kind: "update",
  name: "breakAt",
  module: import.meta.url,
  config: Schema.Struct({ message: Schema.String }),
  subject: "changes",
  run: ({ message }, _input: Scored) => Effect.fail(new Broken({ message }))
})

export const measure = Stage.define({
  kind: "evaluate",
  name: "measure",
  module: import.meta.url,
  config: Schema.Struct({ mode: Schema.Literals(["sum", "mean"]), as: Schema.optionalKey(Schema.String) }),
  labelKey: "as",
  subject: "reads",
  needs: [Vector],
  gives: "input",
  metrics: [Metric.make("score", "", "higher", "weight")],
  run: ({ mode }, _input: unknown) =>
    Effect.gen(function*() {
      log.ran.push("measure")
      const weights = (yield* Vector).weights()
      const sum = weights.reduce((total, weight) => total + weight, 0)
      ;(yield* Recorder).metric("score", mode === "sum" ? sum : sum / weights.length)
    })
})
