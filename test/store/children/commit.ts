/** Commits steps with a metric, samples and sometimes a checkpoint until it is killed: node commit.ts FOLDER */
import * as Effect from "effect/Effect"
import * as Store from "../../../src/store/index.ts"
import { filesIn, opened, put, sampleOf, stageOf, stepOf } from "../support.ts"

const program = Effect.gen(function*() {
  const journal = yield* opened
  const stage = yield* journal.openStage(stageOf("loop"))
  const last = yield* journal.lastCheckpoint(stage)
  const from = last === undefined ? -1 : last.step
  yield* journal.rewind(stage, from)
  process.stdout.write("committing\n")
  for (let step = from + 1;; step++) {
    const checkpoint = step % 3 === 0
      ? yield* put(journal, `state ${step} `.repeat(1000))
      : undefined
    const rewards = [{ part: "ap", value: step }]
    const samples = [0, 1, 2, 3].map((i) => sampleOf(i, { completion: `${step}:${i}`, rewards }))
    yield* journal.commitStep(stage, { ...stepOf(step, [["reward", step], ["loss", -step]], samples), checkpoint })
  }
})

await Effect.runPromise(Effect.provide(program, Store.layer(filesIn(process.argv[2] ?? ""))))
