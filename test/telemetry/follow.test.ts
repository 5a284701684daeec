import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import { Journal } from "../../src/pipeline/run/journal.ts"
import { follower } from "../../src/telemetry/follow.ts"
import { numbersOf } from "../../src/telemetry/numbers.ts"
import { observed } from "../../src/telemetry/observed.ts"
import { spansOf } from "../../src/telemetry/spans.ts"
import { layer } from "../../src/testing/memory.ts"
import { memory } from "../pipeline/study.ts"

/** A follower whose clock ticks by one a look, and the spans that it ended, with how. */
const following = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  let time = 0n
  const registry = Context.make(Metric.MetricRegistry, new Map())
  const ended = () =>
    spans.map(({ name, status }) => {
      if (status._tag !== "Ended") return `${name}: open`
      return `${name}: ${Exit.isSuccess(status.exit) ? "well" : Exit.hasInterrupts(status.exit) ? "interrupted" : "failed"}`
    })
  return { spans, ended, numbers: () => Metric.snapshotUnsafe(registry), follower: follower(spansOf(tracer, () => time++), numbersOf(registry)) }
}

const facts = { facts: {} }
const experiment = { name: "e", question: "?", file: "e.ts", variants: [{ name: "v", cell: { taste: "low" }, role: "variant" }], table: { metrics: [], published: {} } } as const
const run = { experiment: "e", variant: "v", seed: 3, fingerprint: "r", params: [] }
const stage = { fingerprint: "s", kind: "loop", name: "loop", config: {}, preimage: "{}", inputs: [], metrics: [] }

const sample = { ordinal: 0, example: "a", prompt: "?", completion: "!", solution: "!", finishReason: "stop", rewards: [], details: {}, scope: "" } as const
const step = {
  step: 0,
  metrics: [{ scope: "", name: "reward", value: 0.5 }, { scope: "watch", name: "mAP", value: 20 }, { scope: "", name: "loss", value: NaN }],
  samples: [{ ...sample, tokenCount: 7 }, { ...sample, ordinal: 1, tokenCount: 4 }]
}

/** A run that has begun its stage. */
const begun = Effect.fnUntraced(function*(journal: Journal["Service"]) {
  yield* journal.openExperiment(experiment, facts)
  const id = yield* journal.openRun(run, facts)
  const opened = yield* journal.openStage(stage)
  yield* journal.linkStage({ run: id, position: 0, stage: opened, label: "loop", reused: false })
  return { id, opened }
})

const withJournal = <A, E>(use: (journal: Journal["Service"], heard: ReturnType<typeof following>) => Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const heard = following()
    return yield* use(observed(yield* Journal, heard.follower), heard)
  }).pipe(Effect.provide(layer(memory())))

describe("what is told of a journal", () => {
  it.effect("is a step from the end of the one before to its own, with its numbers", () =>
    withJournal(Effect.fnUntraced(function*(journal, { numbers, spans }) {
      const { opened } = yield* begun(journal)
      yield* journal.commitStep(opened, step)
      yield* journal.commitStep(opened, { ...step, step: 1 })
      const [first, second] = spans.filter(({ name }) => name === "step")
      assert.isTrue(first!.status._tag === "Ended" && second!.status.startTime >= first!.status.endTime)
      assert.deepStrictEqual(Object.fromEntries(second!.attributes), {
        "assay.experiment": "e",
        "assay.variant": "v",
        "assay.seed": 3,
        "assay.cell.taste": "low",
        "assay.stage": "loop",
        "assay.step": 1,
        "assay.metric.reward": 0.5,
        "assay.metric.watch/mAP": 20
      })
      const tokens = numbers().find(({ id }) => id === "assay.tokens")
      assert.deepStrictEqual(tokens?.type === "Counter" && tokens.state.count, 22)
    })))

  it.effect("says what failed, and why", () =>
    withJournal(Effect.fnUntraced(function*(journal, { ended, follower, spans }) {
      const { id, opened } = yield* begun(journal)
      yield* journal.failStage(opened, "no pictures")
      yield* journal.closeRun(id, "failed", "no pictures")
      follower.end()
      assert.deepStrictEqual(ended(), ["experiment e: well", "run v, seed 3: failed", "stage loop: failed"])
      const { status } = spans[2]!
      assert.isTrue(status._tag === "Ended" && Exit.isFailure(status.exit) && String(status.exit.cause).includes("no pictures"))
    })))

  it.effect("ends what was interrupted, its stages too", () =>
    withJournal(Effect.fnUntraced(function*(journal, { ended, follower, numbers }) {
      const { id } = yield* begun(journal)
      yield* journal.closeRun(id, "interrupted")
      follower.end()
      assert.deepStrictEqual(ended(), ["experiment e: well", "run v, seed 3: interrupted", "stage loop: interrupted"])
      assert.include(numbers().find(({ id }) => id === "assay.runs")!.attributes, { how: "interrupted" })
    })))

  it.effect("is one experiment where more seeds are asked for", () =>
    withJournal(Effect.fnUntraced(function*(journal, { ended, follower }) {
      yield* journal.openExperiment(experiment, facts)
      yield* journal.openExperiment(experiment, facts)
      follower.end()
      assert.deepStrictEqual(ended(), ["experiment e: well"])
    })))

  it.effect("fails nothing, whatever becomes of it", () =>
    Effect.gen(function*() {
      const broken = new Proxy(following().follower, {
        get: () => () => {
          throw new Error("broken")
        }
      })
      const journal = observed(yield* Journal, broken)
      const { id, opened } = yield* begun(journal)
      yield* journal.commitStep(opened, step)
      yield* journal.closeRun(id, "done")
    }).pipe(Effect.provide(layer(memory()))))
})
