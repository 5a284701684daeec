/** A worker in this process, at a queue in a file. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import { layer, Queue } from "../../src/queue/queue.ts"
import { QueueError } from "../../src/queue/queueError.ts"
import * as Shared from "../../src/queue/Shared.ts"
import { sourceOf } from "../../src/queue/source.ts"
import { cellOf } from "../../src/queue/submission.ts"
import { work } from "../../src/queue/work.ts"
import * as Workspace from "../../src/workspace/index.ts"
import { prepareAmong } from "../../src/workspace/run.ts"
import { toy } from "../faults/support/processes.ts"
import { temporaryFolder } from "../store/support.ts"

const cards = fileURLToPath(new URL("studies/cards.ts", import.meta.url))

/** Puts the cells of a study into the queue, as a submitter in the folder does. */
const submit = Effect.fnUntraced(function*(file: string, folder: string) {
  const { generated, ...workspace } = Workspace.at(join(folder, "runs.db"))
  const study = yield* Workspace.loadStudy(file)
  const { plan } = yield* prepareAmong({ ...workspace, generated }, study, { elsewhere: true })
  const { address, id } = yield* Shared.make(join(folder, "shared"))
  const options = { overrides: {}, scale: null, only: [] }
  const content = { experiment: plan.experiment.name, source: yield* sourceOf(file), options, generated, seed: 0, shared: { address, id }, lease: 60 }
  return yield* (yield* Queue).submit(content, plan.runs.map((run) => cellOf(run, 0)))
}, Effect.scoped)

describe("a worker", () => {
  it("leaves a submission that needs what its machine has not to others, and takes the next one", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const said: Array<string> = []
      yield* Effect.provide(Effect.gen(function*() {
        const { sql } = yield* Queue
        const [older, newer] = [yield* submit(cards, folder), yield* submit(toy, folder)]
        const options = { studies: [cards, toy], jobs: 1, have: {}, shared: undefined, idle: 0, say: (words: string) => said.push(words), listen: () => {} }
        const error = yield* Effect.flip(work(Workspace.at(join(folder, "worker.db")), options))
        assert.instanceOf(error, QueueError)
        assert.match((error as QueueError).message, /the stage "render" needs 1 of "gpu".*Say what there is with --have gpu=AMOUNT/)
        assert.include(said[1], "cards: not by this worker. ")
        const states = (submission: string) => sql`SELECT DISTINCT state FROM assay_cell WHERE submission = ${submission}`
        assert.deepStrictEqual([yield* states(older), yield* states(newer)], [[{ state: "queued" }], [{ state: "done" }]])
      }), layer({ kind: "sqlite", file: join(folder, "queue.db") }))
    }))), 60_000)
})
