import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Buffer from "../run/RecordBuffer.ts"
import type { Chain, Errors, First, Services } from "./chain.ts"
import { EmptyBatchSource } from "../Errors.ts"
import { Execution } from "../run/execution.ts"
import { Journal, type JournalError } from "../run/journal.ts"
import type { Node } from "./Node.ts"
import { names } from "./Paths.ts"
import * as Random from "../Random.ts"
import { LoopStep, Recorder, StageKey, Subject, type SubjectError } from "../run/services.ts"
import type { Any, Stage } from "./Stage.ts"
import { define } from "./Stage.ts"

/** What a loop can cut batches from: anything with a list called `prompts`. The rest of it goes into every batch. */
export interface Batchable {
  readonly prompts: ReadonlyArray<unknown>
}

const Config = Schema.Struct({
  /** Times that the body runs. */
  steps: Schema.Int.check(Schema.isGreaterThan(0)),
  /** Items a step. */
  batch: Schema.Int.check(Schema.isGreaterThan(0)),
  /** Steps between two checkpoints; what a killed loop may have to do again. The last step always gets one. */
  checkpointEvery: Schema.Int.check(Schema.isGreaterThan(0))
})

type LoopError = EmptyBatchSource | JournalError | SubjectError

/**
 * Indices of every step's items among `size`: epoch after epoch, each in its own shuffled order, so that a step gets the
 * same items whatever was done or resumed before it.
 */
export const batches = (key: Random.Key, size: number, batch: number): (step: number) => ReadonlyArray<number> => {
  // The order of an epoch takes a draw an item, so it is kept until a later one is asked for.
  let latest = { epoch: -1, order: [] as ReadonlyArray<number> }
  const order = (epoch: number): ReadonlyArray<number> => {
    if (latest.epoch !== epoch) latest = { epoch, order: Random.permutation(Random.fold(key, "epoch", epoch), size) }
    return latest.order
  }
  return (step) =>
    Array.from({ length: batch }, (_, i) => {
      const position = step * batch + i
      return order(Math.floor(position / size))[position % size]!
    })
}

const runBody = Effect.fnUntraced(function*(body: ReadonlyArray<Any>, batch: Batchable, key: Random.Key) {
  const labels = names(body)
  let value: unknown = batch
  for (const [i, stage] of body.entries()) {
    // the chain of types was checked by `loop`
    const effect = stage.run(value as never) as Effect.Effect<unknown, LoopError>
    value = yield* Effect.provideService(effect, StageKey, Random.fold(key, labels[i]!))
  }
})

const run = Effect.fnUntraced(function*(config: typeof Config.Type, input: Batchable, parts: ReadonlyArray<Node>) {
  const [journal, subject, execution, key] = [yield* Journal, yield* Subject, yield* Execution, yield* StageKey]
  if (input.prompts.length === 0) {
    return yield* new EmptyBatchSource({ message: "The loop got no prompts: a filter before it left nothing." })
  }
  const last = yield* journal.lastCheckpoint(execution.stage)
  if (last !== undefined) yield* subject.load(journal.artifactPath(last.artifact))
  let saved = last?.step
  yield* journal.rewind(execution.stage, saved ?? -1)
  const itemsOf = batches(key, input.prompts.length, config.batch)
  for (let step = (saved ?? -1) + 1; step < config.steps; step++) {
    const buffer = Buffer.buffer(execution.progress)
    yield* runBody(
      parts as ReadonlyArray<Any>,
      { ...input, prompts: itemsOf(step).map((item) => input.prompts[item]) },
      Random.fold(key, "step", step)
    ).pipe(
      Effect.provideService(Recorder, buffer.recorder),
      Effect.provideService(LoopStep, { step, steps: config.steps, checkpoint: saved })
    )
    const record = buffer.record(step)
    const due = (step + 1) % config.checkpointEvery === 0 || step === config.steps - 1
    const checkpoint = due
      ? yield* journal.putArtifact("application/octet-stream", (path) => subject.save(path, "training"))
      : undefined
    yield* journal.commitStep(execution.stage, { ...record, checkpoint })
    if (due) saved = step
    execution.stepped(step + 1, config.steps, record.metrics)
  }
  return input
})

const make = define({
  kind: "loop",
  name: "loop",
  module: import.meta.url,
  config: Config,
  subject: "changes",
  random: true,
  run
})

/**
 * A stage that trains: `steps` times, `batch` items go through the body, whose first stage takes the batch and whose
 * last returns nothing. It passes its input through; what changes is the policy.
 *
 * Each step is journaled in one transaction and every `checkpointEvery`-th keeps the training state, so a killed loop
 * goes on from there with bit-identical results. The optimiser's state belongs to one loop: the next loop starts from
 * the weights.
 *
 * Throws `InvalidConfig`. Fails with `EmptyBatchSource` when no item is left to draw.
 */
export const loop = <const Body extends ReadonlyArray<Any>>(
  config: typeof Config.Encoded,
  ...body: First<Body> extends Batchable
    ? Body extends Chain<First<Body>, Body, void> ? Body : Chain<First<Body>, Body, void>
    : Chain<Batchable, Body, void>
): Stage<
  First<Body>,
  First<Body>,
  Errors<Body> | LoopError,
  Exclude<Services<Body>, StageKey | Recorder | LoopStep> | StageKey | Subject | Journal | Execution
> =>
  make(config, body as ReadonlyArray<Any>) as never // `make` knows nothing of the body's types
