/** The training loop: a stage whose body is itself a chain of stages, run on one batch after the other. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { EmptyBatchSource } from "../Errors.ts"
import { batches } from "../batches.ts"
import * as Random from "../Random.ts"
import type { Rows, RowsError } from "../Rows.ts"
import { Artifacts } from "../run/artifacts.ts"
import { Execution } from "../run/execution.ts"
import { Journal, type JournalError } from "../run/journal.ts"
import * as RecordBuffer from "../run/RecordBuffer.ts"
import type { StepRecord } from "../run/Records.ts"
import { LoopStep, Recorder, StageKey, Subject, type SubjectError } from "../run/services.ts"

import type { Body, Errors, First, Services } from "./chain.ts"
import * as Config from "./Config.ts"
import * as Metric from "./Metric.ts"
import * as Node from "./Node.ts"
import { labels } from "./Paths.ts"
import { type Any, define, type Passes } from "./Stage.ts"

/** What a loop cuts batches from: rows. Whatever else goes with them goes into every batch. */
export interface Batchable<A = unknown> {
  readonly rows: Rows<A>
}

/** What goes through the body in one step: the same, with the step's rows in memory. */
export interface Batch<A = unknown> {
  readonly rows: ReadonlyArray<A>
}

/** What a loop takes whose body takes `B`. */
export type Source<B> = B extends Batch<infer A> ? Omit<B, "rows"> & Batchable<A> : Batchable

const config = Schema.Struct({
  /** Times that the body runs. */
  steps: Config.Count,
  /** Rows a step. */
  batch: Config.Count,
  /** Steps between two checkpoints; what a killed loop may have to do again. The last step always gets one. */
  checkpointEvery: Config.Count,
  keep: Schema.optionalKey(Schema.Struct({
    /** Metric of a `Pipeline.every` in the body, such as "watch/mAP": the weights of the step where it was best are kept. */
    best: Schema.NonEmptyString,
    /** Which weights the following stages get; the others are kept beside them. */
    use: Config.withDefault(Schema.Literals(["best", "last"]), "best")
  }))
})

type LoopConfig = typeof config.Type
type LoopError = EmptyBatchSource | JournalError | SubjectError | RowsError

const octets = "application/octet-stream"

/** The metrics that `keep.best` may mean, of all that tell better from worse. */
const candidates = (body: ReadonlyArray<Any>): ReadonlyArray<Metric.Declared> =>
  body.flatMap((stage) => stage.metrics).filter((metric) => metric.better !== "neither")

const problem = ({ keep }: LoopConfig, body: ReadonlyArray<Any>): string | undefined => {
  if (keep === undefined) return undefined
  const found = Metric.meant(keep.best, candidates(body)).length
  if (found === 1) return undefined
  const known = candidates(body).map(Metric.fullName).join(", ") || "none"
  return `keep.best "${keep.best}" ${found === 0 ? "is no metric of its body" : "may be several"}; there are: ${known}.`
}

/** The first time is the best; after that only more than it, or less where less is better. */
const isBetter = (judge: Metric.Declared, value: number, best: number | undefined): boolean =>
  Number.isFinite(value) && (best === undefined || (judge.better === "higher" ? value > best : value < best))

const runBody = Effect.fnUntraced(function*(body: ReadonlyArray<Any>, batch: Batch, key: Random.Key) {
  let value: unknown = batch
  for (const [i, label] of labels(body).entries()) {
    const stage = body[i]!
    // the chain of types was checked by `loop`
    const effect = stage.run((stage.gives === "input" ? batch : value) as never) as Effect.Effect<unknown, LoopError>
    const returned = yield* Effect.provideService(effect, StageKey, Random.fold(key, label))
    if (stage.gives === "output") value = returned
  }
})

/** Keeps the weights of this step when the loop's judge finds them the best so far. */
const judged = Effect.fnUntraced(function*(judge: Metric.Declared, record: StepRecord, best: number | undefined) {
  const value = record.metrics.find(({ name, scope }) => scope === judge.scope && name === judge.name)?.value
  if (value === undefined || !isBetter(judge, value, best)) return undefined
  const [artifacts, subject] = [yield* Artifacts, yield* Subject]
  return { value, artifact: yield* artifacts.put(octets, (path) => subject.save(path, "weights")) }
})

/** Hands on the weights that `keep.use` says, and keeps the best or the last beside them. */
const choose = Effect.fnUntraced(function*({ keep, steps }: LoopConfig) {
  if (keep === undefined) return
  const [artifacts, execution, journal, subject] = [yield* Artifacts, yield* Execution, yield* Journal, yield* Subject]
  const best = yield* journal.bestWeights(execution.stage)
  const last = yield* artifacts.put(octets, (path) => subject.save(path, "weights"))
  execution.keep({ role: "last", step: steps - 1, artifact: last })
  if (best === undefined) return // every value was not a number, so that no step is better than another
  execution.keep({ role: "best", step: best.step, artifact: best.artifact })
  if (keep.use === "best") yield* subject.load(yield* artifacts.fetch(best.artifact))
})

const run = Effect.fnUntraced(function*(config: LoopConfig, input: Batchable, body: ReadonlyArray<Any>) {
  const [artifacts, journal, subject] = [yield* Artifacts, yield* Journal, yield* Subject]
  const [execution, key] = [yield* Execution, yield* StageKey]
  const { rows } = input
  if (rows.size === 0) {
    return yield* new EmptyBatchSource({ message: "The loop got nothing to draw from: a filter before it left nothing." })
  }
  const [judge] = config.keep === undefined ? [] : Metric.meant(config.keep.best, candidates(body))
  const resumed = yield* journal.lastCheckpoint(execution.stage)
  if (resumed !== undefined) yield* subject.load(yield* artifacts.fetch(resumed.artifact))
  let saved = resumed?.step
  yield* journal.rewind(execution.stage, saved ?? -1)
  let best = (yield* journal.bestWeights(execution.stage))?.value
  const placesOf = batches(key, rows.size, config.batch)
  for (let step = (saved ?? -1) + 1; step < config.steps; step++) {
    const buffer = RecordBuffer.make(execution.progress)
    yield* runBody(body, { ...input, rows: yield* rows.at(placesOf(step)) }, Random.fold(key, "step", step)).pipe(
      Effect.provideService(Recorder, buffer.recorder),
      Effect.provideService(LoopStep, { step, steps: config.steps, checkpoint: saved })
    )
    const record = buffer.record(step)
    const better = judge === undefined ? undefined : yield* judged(judge, record, best)
    const due = (step + 1) % config.checkpointEvery === 0 || step === config.steps - 1
    const checkpoint = due ? yield* artifacts.put(octets, (path) => subject.save(path, "training")) : undefined
    yield* journal.commitStep(execution.stage, { ...record, checkpoint, best: better })
    if (due) saved = step
    best = better?.value ?? best
    execution.stepped(step + 1, config.steps, record.metrics)
  }
  yield* choose(config)
})

const make = define({
  kind: "loop",
  name: "loop",
  module: import.meta.url,
  config,
  parts: { body: Node.list(Node.part<Any>()) },
  subject: "changes",
  gives: "input",
  random: true,
  incidental: ["checkpointEvery"], // a loop goes on from wherever one stands
  steps: ({ steps }) => steps,
  metrics: (_, { body }) => body.flatMap((stage) => stage.metrics),
  problem: (config, { body }) => problem(config, body),
  run: (config, input: Batchable, { body }) => run(config, input, body)
})

/**
 * A stage that trains: `steps` times, `batch` rows go through the body, whose first stage takes the batch and whose last
 * returns nothing. It hands on its input; what changes is the policy.
 *
 * Each step is journaled in one transaction and every `checkpointEvery`-th keeps the training state, so a killed loop
 * goes on from there with bit-identical results. The optimiser's state belongs to one loop: the next loop starts from
 * the weights. With `keep: { best: "watch/mAP" }`, the weights of the best step by a metric of `Pipeline.every` are kept,
 * and the following stages use them (`use: "last"`: they use the last ones).
 *
 * Throws `InvalidConfig`. Fails with `EmptyBatchSource` when no row is there to draw.
 */
export const loop = <const Stages extends ReadonlyArray<Any>>(
  config: Parameters<typeof make>[0],
  ...body: First<Stages> extends Batch
    ? Stages extends Body<First<Stages>, Stages> ? Stages : Body<First<Stages>, Stages>
    : Body<Batch, Stages>
): Passes<
  Source<First<Stages>>,
  Errors<Stages> | LoopError,
  Exclude<Services<Stages>, StageKey | Recorder | LoopStep> | StageKey | Subject | Journal | Artifacts | Execution
> => make(config, { body: body as ReadonlyArray<Any> }) as never // `make` knows nothing of the body's types
